import type { Kysely } from 'kysely';
import { announceVersioned, CLIENT_CACHE_TOPIC } from '../../db/changes.ts';
import type { Tables } from '../../db/tables/tables.ts';
import { inTransaction } from '../../db/transaction.ts';
import { createClient } from '../clients.ts';
import { PORTAL_CLIENT } from './portal-client-id.ts';

export { PORTAL_CLIENT };

/** Registers the portal under the issuer of today, however many processes start together. */
export async function ensurePortalClient(db: Kysely<Tables>, issuer: string, now: Date): Promise<void> {
  const redirectUris = [`${issuer}/signed-in`];
  const postLogoutRedirectUris = [`${issuer}/`];
  await inTransaction(db, async (trx) => {
    await trx
      .insertInto('settings')
      .values({ key: 'portal-client', value: JSON.stringify(issuer), updated_at: now })
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: JSON.stringify(issuer), updated_at: now }))
      .execute();
    const moved = await trx
      .updateTable('clients')
      .set({ redirect_uris: redirectUris, post_logout_redirect_uris: postLogoutRedirectUris })
      .where('id', '=', PORTAL_CLIENT)
      .returning('id')
      .executeTakeFirst();
    await announceVersioned(trx, CLIENT_CACHE_TOPIC, now);
    if (moved) return;
    const portal = { id: PORTAL_CLIENT, name: 'Portal', type: 'spa', firstParty: true, idTokenAlg: 'ES256' } as const;
    await createClient(trx, { ...portal, redirectUris, postLogoutRedirectUris }, { actor: { type: 'system' }, now });
  });
}
