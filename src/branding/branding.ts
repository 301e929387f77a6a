import type { Kysely } from 'kysely';
import type { z } from 'zod';
import { authorize, type By } from '../access.ts';
import { record } from '../audit/record.ts';
import { announce } from '../db/changes.ts';
import type { Db } from '../db/connections/connection.ts';
import type { BrandingRow } from '../db/tables/branding.ts';
import type { Tables } from '../db/tables/tables.ts';
import { inTransaction } from '../db/transaction.ts';
import { requireVersion } from '../db/versions.ts';
import { BrandingWords, DEFAULT_NAME } from './input.ts';
import type { Picture } from './picture.ts';

/** What changes when the branding does. */
export const BRANDING_TOPIC = 'branding';

export type Branding = Omit<BrandingRow, 'id'>;

export interface BrandingChanges extends z.input<typeof BrandingWords> {
  readonly logo?: Picture | null | undefined;
  /** In place of `logo` on dark surfaces. */
  readonly darkLogo?: Picture | null | undefined;
}

/** Everything as Latchkey has it by itself. */
export const NO_BRANDING = {
  name: null,
  accent: null,
  privacyUrl: null,
  termsUrl: null,
  supportUrl: null,
  logo: null,
  darkLogo: null,
} as const satisfies BrandingChanges;

export function findBranding(db: Db): Promise<Branding> {
  return db.selectFrom('branding').selectAll().executeTakeFirstOrThrow();
}

/** The same for those who look after the platform. @throws {AppError} not_found, forbidden */
export function readBranding(db: Db, by: By): Promise<Branding> {
  authorize(by, 'platform.read', null);
  return findBranding(db);
}

/** Who writes a mail, and what its foot links to. */
export type BrandWords = Pick<Branding, 'name' | 'privacy_url' | 'terms_url' | 'support_url'>;

export function findBrandWords(db: Db): Promise<BrandWords> {
  return db
    .selectFrom('branding')
    .select(['name', 'privacy_url', 'terms_url', 'support_url'])
    .executeTakeFirstOrThrow();
}

/** What the installation is called. */
export async function findBrandName(db: Db): Promise<string> {
  const { name } = await db.selectFrom('branding').select('name').executeTakeFirstOrThrow();
  return name ?? DEFAULT_NAME;
}

/**
 * Changes what is named; the rest stays. What changes nothing leaves no trace.
 * @throws {ZodError} @throws {AppError} not_found, forbidden, precondition_failed
 */
export async function changeBranding(
  db: Kysely<Tables>,
  { logo, darkLogo, ...words }: BrandingChanges,
  by: By,
  version?: number,
): Promise<Branding> {
  authorize(by, 'platform.write', null);
  const { name, accent, privacyUrl, termsUrl, supportUrl } = BrandingWords.parse(words);
  const said = { name, accent, privacy_url: privacyUrl, terms_url: termsUrl, support_url: supportUrl };
  return inTransaction(db, async (trx) => {
    const before = await trx.selectFrom('branding').selectAll().forUpdate().executeTakeFirstOrThrow();
    requireVersion({ id: BRANDING_TOPIC, version }, before);
    const pictures = { ...pictureColumns('logo', logo, before), ...pictureColumns('dark_logo', darkLogo, before) };
    const changed = differing({ ...said, ...pictures }, before);
    if (Object.keys(changed).length === 0) return before;
    const after = await trx
      .updateTable('branding')
      .set({ ...changed, version: before.version + 1, updated_at: by.now })
      .returningAll()
      .executeTakeFirstOrThrow();
    const told = { before: toldOf(before, changed), after: toldOf(after, changed) };
    await record(trx, by.actor, { type: 'branding.changed', ...told }, by.now);
    await announce(trx, BRANDING_TOPIC);
    return after;
  });
}

/** Nothing for a picture that is there already: itself as we encoded it, or the file that it was made from. */
function pictureColumns(column: 'logo' | 'dark_logo', picture: Picture | null | undefined, before: Branding) {
  const known: unknown[] = [before[`${column}_digest`], before[`${column}_source`]];
  if (picture === undefined || (picture && known.includes(picture.source))) return {};
  return {
    [column]: picture?.image ?? null,
    [`${column}_digest`]: picture?.digest ?? null,
    [`${column}_source`]: picture?.source ?? null,
  };
}

function differing(wanted: object, before: Branding): Partial<Branding> {
  const isOther = ([column, value]: [string, unknown]) =>
    value !== undefined && value !== before[column as keyof Branding];
  return Object.fromEntries(Object.entries(wanted).filter(isOther));
}

const TOLD = ['name', 'accent', 'privacy_url', 'terms_url', 'support_url', 'logo_digest', 'dark_logo_digest'] as const;

/** What the audit trail has of it: pictures by their digests. */
const toldOf = (branding: Branding, changed: Partial<Branding>) =>
  Object.fromEntries(TOLD.filter((name) => name in changed).map((name) => [name, branding[name]]));
