import { randomBytes } from 'node:crypto';
import { announceVersioned, CLIENT_CACHE_TOPIC } from '../../src/db/changes.ts';
import type { SubscriptionState } from '../../src/db/tables/catalogue.ts';
import { inTransaction } from '../../src/db/transaction.ts';
import { aWorld as aPortalWorld } from '../portal/access/world.ts';
import type { TestServer } from '../support/server.ts';

/** The people who play the roles in a world, by the ids of their accounts. */
export type PeopleIds = Record<'outsider' | 'viewer' | 'developer' | 'owner' | 'auditor' | 'admin', string>;

/** A team with everything in it that operations are about, by the names that paths have for it. */
export type World = Readonly<
  Record<
    | 'team_id'
    | 'app_id'
    | 'secret_id'
    | 'api_id'
    | 'identifier'
    | 'subscription_id'
    | 'role_id'
    | 'group_id'
    | 'account_id'
    | 'user_id'
    | 'invitation_id'
    | 'account_invitation_id'
    | 'session_id'
    | 'new_account_id',
    string
  >
>;

/**
 * The world of the portal's table, by the names that the admin API has. Its API is for its team alone; its app has a live
 * subscription of it, and asks for more.
 */
export async function aWorld(server: TestServer, ids: PeopleIds): Promise<World> {
  const { db } = server.database;
  const portal = await aPortalWorld(server, { ids, visitors: {} as never });
  const { identifier } = await db
    .updateTable('apis')
    .set({ visibility: 'team' })
    .where('id', '=', portal.api)
    .returning('identifier')
    .executeTakeFirstOrThrow();
  return {
    team_id: portal.team,
    app_id: portal.app,
    secret_id: portal.secret,
    api_id: portal.api,
    identifier,
    subscription_id: portal.subscription,
    role_id: portal.role,
    group_id: portal.group,
    account_id: portal.member,
    user_id: portal.member,
    invitation_id: portal.invitation,
    account_invitation_id: `inv_${unique()}`,
    session_id: randomBytes(32).toString('hex'),
    new_account_id: ids.outsider,
  };
}

export const unique = () => randomBytes(6).toString('hex');

/** The invitation to an account alone: it belongs to no team, and there is room for a hundred of them. */
export async function inviteToAccount({ database: { db } }: TestServer, { account_invitation_id: id }: World) {
  const email = `${unique()}@example.com`;
  const times = { created_at: new Date(), expires_at: new Date(Date.now() + 3600_000) };
  const nowhere = { team_id: null, role: null, invited_by: null };
  await db
    .insertInto('invitations')
    .values({ id, email, email_key: email, code_hash: randomBytes(32), ...nowhere, ...times })
    .execute();
}

/** A session of the person, which is not there before. */
export async function signTheirsIn({ database: { db } }: TestServer, { session_id, user_id: accountId }: World) {
  const owner = db.selectFrom('accounts').select('sign_in_epoch').where('id', '=', accountId);
  const { sign_in_epoch } = await owner.executeTakeFirstOrThrow();
  const times = { created_at: new Date(), expires_at: new Date(Date.now() + 3600_000) };
  await db
    .insertInto('portal_sessions')
    .values({
      id_hash: Buffer.from(session_id, 'hex'),
      account_id: accountId,
      sealed: randomBytes(8),
      sign_in_epoch,
      ...times,
    })
    .execute();
}

/** Changes something about the world behind the server's back, and lets it know. */
export function arrange(
  { database }: TestServer,
  change: (db: TestServer['database']['db']) => Promise<unknown>,
): Promise<void> {
  return inTransaction(database.db, async (trx) => {
    await change(trx);
    await announceVersioned(trx, CLIENT_CACHE_TOPIC, new Date());
  });
}

export const setSubscription = (server: TestServer, { subscription_id: id }: World, state: SubscriptionState) =>
  arrange(server, (db) => db.updateTable('subscriptions').set({ state }).where('id', '=', id).execute());

const stopped = { suspended_at: new Date(), suspended_reason: 'a trial' };

export const suspend = (server: TestServer, table: 'apis' | 'teams', id: string) =>
  arrange(server, (db) => db.updateTable(table).set(stopped).where('id', '=', id).execute());
