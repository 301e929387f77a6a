import { z } from 'zod';
import { t } from '../../texts/texts.ts';

/** The scopes that give claims of a person (OpenID Connect Core §5.4), beside `openid`. */
export const CLAIM_SETS = ['profile', 'email', 'groups'] as const;

/** Which claims each scope gives. */
export const CLAIMS_OF_SCOPES: Readonly<Record<'openid' | (typeof CLAIM_SETS)[number], readonly string[]>> = {
  openid: ['sub'],
  profile: [
    ...['name', 'given_name', 'family_name', 'nickname', 'preferred_username', 'picture'],
    ...['locale', 'zoneinfo', 'updated_at'],
  ],
  email: ['email', 'email_verified'],
  groups: ['groups', 'groups_overage'],
};

const NAMES: ReadonlySet<string> = new Set(CLAIM_SETS.flatMap((scope) => [scope, ...CLAIMS_OF_SCOPES[scope]]));

/** Claims by name, or all of a scope by its name. */
export const ClaimNames = z
  .array(
    z
      .string()
      .refine((name) => NAMES.has(name), { error: ({ input }) => t('refusals.noClaim', { name: String(input) }) }),
  )
  .max(20, { error: () => t('refusals.mostClaims') });

/** The single claims of such a list. */
export function namedClaims(names: readonly string[]): ReadonlySet<string> {
  const scopes: Readonly<Record<string, readonly string[]>> = CLAIMS_OF_SCOPES;
  // `email` and `groups` are both: the scope gives the claim and what belongs to it.
  return new Set(names.flatMap((name) => scopes[name] ?? [name]));
}
