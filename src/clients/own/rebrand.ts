import type { Kysely } from 'kysely';
import type { By } from '../../access.ts';
import { ADMIN_API } from '../../apis/admin-api.ts';
import { type Branding, type BrandingChanges, changeBranding, findBrandName } from '../../branding/branding.ts';
import { announceVersioned, CLIENT_CACHE_TOPIC } from '../../db/changes.ts';
import type { Tables } from '../../db/tables/tables.ts';
import { inTransaction } from '../../db/transaction.ts';
import { PORTAL_CLIENT } from './portal-client-id.ts';

/**
 * Changes the branding, and what the server's own app and API are called with it.
 * @throws {ZodError} @throws {AppError} not_found, forbidden, precondition_failed
 */
export function rebrand(db: Kysely<Tables>, changes: BrandingChanges, by: By, version?: number): Promise<Branding> {
  return inTransaction(db, async (trx) => {
    const branding = await changeBranding(trx, changes, by, version);
    if (changes.name !== undefined) await nameOwn(trx, by.now);
    return branding;
  });
}

/** The portal and the admin API are named after the installation wherever people meet them. */
export async function nameOwn(db: Kysely<Tables>, now: Date): Promise<void> {
  const name = await findBrandName(db);
  await db.updateTable('clients').set({ name }).where('id', '=', PORTAL_CLIENT).execute();
  await db
    .updateTable('apis')
    .set({ name: `${name} admin API` })
    .where('id', '=', ADMIN_API)
    .execute();
  await announceVersioned(db, CLIENT_CACHE_TOPIC, now);
}
