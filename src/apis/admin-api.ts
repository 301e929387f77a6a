import type { Kysely } from 'kysely';
import { announceVersioned, CLIENT_CACHE_TOPIC } from '../db/changes.ts';
import type { Tables } from '../db/tables/tables.ts';
import { inTransaction } from '../db/transaction.ts';
import { ADMIN_SCOPES } from '../teams/token-scopes.ts';

/** The admin API is an API of this server like any other; this is its row. */
export const ADMIN_API = 'api_latchkey_admin';

/** Its resource indicator, and the audience of its tokens. */
export const adminApiIdentifier = (issuer: string) => `${issuer}/api/v1`;

/**
 * Publishes the admin API under the issuer of today, with the scopes of today, however many processes start together. It
 * belongs to no team, and each of its scopes waits for an admin's approval.
 */
export async function ensureAdminApi(db: Kysely<Tables>, issuer: string, now: Date): Promise<void> {
  const api = {
    identifier: adminApiIdentifier(issuer),
    description: 'Apps, APIs, subscriptions, teams, people and roles of this server, for programs.',
    docs_url: `${issuer}/api/v1/docs`,
  };
  const scopes = Object.entries(ADMIN_SCOPES).map(([name, { description }], position) => ({
    ...{ name, description, position },
  }));
  await inTransaction(db, async (trx) => {
    await trx
      .insertInto('apis')
      .values({ id: ADMIN_API, name: 'Admin API', ...api, token_lifetime: 300, signing_alg: 'ES256', created_at: now })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(api))
      .execute();
    await trx
      .insertInto('api_scopes')
      .values(scopes.map((scope) => ({ ...scope, api_id: ADMIN_API, needs_approval: true })))
      .onConflict((conflict) =>
        conflict.columns(['api_id', 'name']).doUpdateSet((eb) => ({
          description: eb.ref('excluded.description'),
          position: eb.ref('excluded.position'),
        })),
      )
      .execute();
    await announceVersioned(trx, CLIENT_CACHE_TOPIC, now);
  });
}
