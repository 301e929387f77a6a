import { z } from 'zod';
import { type By, isFromAbove } from '../../access.ts';
import type { ProfileFields } from '../../db/tables/profile.ts';
import { AppError } from '../../errors.ts';
import { nameOf } from '../../names/names.ts';
import { t } from '../../texts/texts.ts';
import { problemOfWebAddress } from '../../web-addresses.ts';

export const PROFILE_FIELDS = ['given_name', 'family_name', 'nickname', 'preferred_username', 'picture'] as const;
export type ProfileField = (typeof PROFILE_FIELDS)[number];

/** Letters that no program takes for something else: without @, so that it passes for nobody's address. */
const Username = z
  .string()
  .trim()
  .regex(/^[a-z0-9](?:[a-z0-9._-]{0,38}[a-z0-9])?$/i, { error: () => t('refusals.username') });

/** Of a page that shows the picture: it is fetched by the browsers of whoever sees it, and in the clear by nobody. */
const Picture = z
  .string()
  .trim()
  .max(500, { error: () => t('refusals.addressLong500') })
  .superRefine((value, ctx) => {
    const problem = problemOfWebAddress(value);
    if (!problem && value.startsWith('https:')) return;
    const message = problem ? t('refusals.webAddress', { problem }) : t('refusals.pictureHttps');
    ctx.addIssue({ code: 'custom', message });
  });

const PersonalName = nameOf(() => t('refusals.personName'));

/** What is not named stays as it is; null takes it away. */
export const ProfileChanges = z.strictObject({
  given_name: PersonalName.nullable().optional(),
  family_name: PersonalName.nullable().optional(),
  nickname: PersonalName.nullable().optional(),
  preferred_username: Username.nullable().optional(),
  picture: Picture.nullable().optional(),
});

/** Accounts of many programs that a person must not be taken for. */
const KEPT_USERNAMES = new Set([
  ...['admin', 'administrator', 'root', 'system', 'superuser', 'sysadmin', 'operator', 'owner', 'support', 'security'],
  ...['postmaster', 'hostmaster', 'webmaster', 'abuse', 'noreply', 'no-reply', 'nobody', 'anonymous', 'guest', 'api'],
]);

export const usernameKey = (username: string) => username.toLowerCase();

export interface ProfileUpdate {
  readonly fields: readonly ProfileField[];
  /** For the row of the account. */
  readonly columns: { readonly profile?: string; readonly username_key?: string | null };
}

/**
 * What changes of a profile. Programs know people by their user name, so whoever has one keeps it, and only who looks after
 * the platform gives another (decision 51).
 * @throws {AppError} invalid_request
 */
export function changeProfile(before: ProfileFields, wanted: z.output<typeof ProfileChanges>, by: By): ProfileUpdate {
  const fields = PROFILE_FIELDS.filter(
    (field) => wanted[field] !== undefined && (wanted[field] ?? undefined) !== before[field],
  );
  if (fields.length === 0) return { fields, columns: {} };
  const username = wanted.preferred_username;
  if (fields.includes('preferred_username') && !isFromAbove(by)) refuseUsername(before, username);
  const after = { ...before, ...Object.fromEntries(fields.map((field) => [field, wanted[field] ?? undefined])) };
  return {
    fields,
    columns: {
      profile: JSON.stringify(after),
      ...(fields.includes('preferred_username') && { username_key: username ? usernameKey(username) : null }),
    },
  };
}

function refuseUsername(before: ProfileFields, username: string | null | undefined): void {
  const detail = before.preferred_username !== undefined ? t('refusals.usernameStays') : t('refusals.usernameKept');
  if (before.preferred_username !== undefined || (username && KEPT_USERNAMES.has(usernameKey(username)))) {
    throw new AppError('invalid_request', { detail });
  }
}

/** @throws {AppError} conflict, where it is that somebody else has the user name */
export function refuseTakenUsername(error: unknown, username: string | null | undefined): void {
  if ((error as { constraint?: string }).constraint !== 'accounts_username_key_key') return;
  throw new AppError('conflict', { detail: t('refusals.usernameTaken', { username: String(username) }) });
}

/** As JSON shows it. */
export const presentProfile = (profile: ProfileFields) =>
  Object.fromEntries(PROFILE_FIELDS.map((field) => [field, profile[field] ?? null])) as {
    [Field in ProfileField]: string | null;
  };
