/** What a person tells of themselves, by the claims of OpenID Connect Core §5.1; what is not said is not there. */
export interface ProfileFields {
  readonly given_name?: string;
  readonly family_name?: string;
  readonly nickname?: string;
  readonly preferred_username?: string;
  readonly picture?: string;
}
