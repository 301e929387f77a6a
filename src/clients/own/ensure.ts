import type { Kysely } from 'kysely';
import { keepProtectedNames } from '../../accounts/protected-names.ts';
import { ensureAdminApi } from '../../apis/admin-api.ts';
import type { Tables } from '../../db/tables/tables.ts';
import { ensurePortalClient } from './portal-client.ts';
import { nameOwn } from './rebrand.ts';

/** What the server itself keeps in the database, as of today's configuration: its portal, its API, its names. */
export async function ensureOwn(
  db: Kysely<Tables>,
  { issuer, protectedNames }: { issuer: string; protectedNames: readonly string[] },
  now: Date,
): Promise<void> {
  await ensurePortalClient(db, issuer, now);
  await ensureAdminApi(db, issuer, now);
  await nameOwn(db, now);
  await keepProtectedNames(db, { issuer, names: protectedNames }, now);
}
