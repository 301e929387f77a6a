import { sql } from 'kysely';
import type { Db } from '../../src/db/connections/connection.ts';
import type { Tables } from '../../src/db/tables/tables.ts';
import type { World } from './access/world.ts';

/** More than a page of a list has. */
const MANY = 55;

/** Who a team belongs to, so that its copies can be theirs as well. */
interface Owners {
  readonly owner: string;
  readonly admin: string;
}

/** What a world needs beside itself for every list to have something in it. */
export async function furnish(db: Db, world: World, { admin }: Owners): Promise<void> {
  const now = new Date();
  const values = { client_id: world.app, api_id: world.api, event: 'client_credentials', outcome: 'ok' };
  const hour = new Date(Math.floor(now.getTime() / 3600_000) * 3600_000);
  await db
    .insertInto('usage_hours')
    .values({ ...values, hour, count: 3 })
    .execute();
  await db
    .insertInto('request_log')
    .values({ ...values, at: now })
    .execute();
  await db.insertInto('api_introspectors').values({ api_id: world.api, client_id: world.app }).execute();
  await db
    .insertInto('audit_events')
    .values({
      at: now,
      type: 'client.updated',
      actor_type: 'account',
      actor_id: admin,
      client_id: world.app,
      detail: '{}',
    })
    .execute();
  await db.updateTable('subscriptions').set({ decided_at: now }).where('id', '=', world.subscription).execute();
  const membership = { team_id: world.team, account_id: admin, role: 'viewer' as const, created_at: now };
  await db.insertInto('team_members').values(membership).execute();
  // An invitation to an account alone, beside the one into the team.
  await copyRows(db, 'invitations', `t.id = '${world.invitation}'`, `${named('inv', -1)}, ${NO_TEAM}, ${code}`, 1);
}

/** Many copies of everything in a world, so that every list has more than one page. */
export async function multiply(db: Db, world: World, { owner, admin }: Owners): Promise<void> {
  const { team, member, app, api, role, group, subscription, invitation, secret, mail } = world;
  const copy = (table: keyof Tables, which: string, changes: string) => copyRows(db, table, which, changes);
  const is = (column: string, value: string) => `t.${column} = '${value}'`;

  await copy('teams', is('id', team), `${named('team')}, 'name_key', 'a team ' || n`);
  for (const person of [owner, admin]) {
    await copy('team_members', `${is('team_id', team)} and ${is('account_id', person)}`, `'team_id', 'team_' || n`);
  }
  const address = `'person-' || n || '@example.com'`;
  await copy('accounts', is('id', member), `${named('usr')}, 'email', ${address}, 'email_key', ${address}`);
  await copy('team_members', `${is('team_id', team)} and ${is('account_id', member)}`, `'account_id', 'usr_' || n`);
  await copy('invitations', is('id', invitation), `${named('inv')}, ${code}`);
  await copy('invitations', is('id', invitation), `${named('inv', MANY)}, ${code}, ${NO_TEAM}`);

  await copy('clients', is('id', app), named('app'));
  await copy('client_secrets', is('id', secret), `${named('sec')}, 'client_id', 'app_' || n`);
  await copy('client_secrets', is('id', secret), named('sec', MANY));
  await copy('apis', is('id', api), `${named('api')}, 'identifier', 'https://copy-' || n || '.example.com'`);
  await copy('api_scopes', is('api_id', api), `'api_id', 'api_' || n`);
  await copy('api_scopes', `${is('api_id', api)} and ${is('name', 'reports:read')}`, `'name', 'scope-' || n`);
  await copy('api_introspectors', is('api_id', api), `'client_id', 'app_' || n`);
  await copy('subscriptions', is('id', subscription), `'id', 'sub_' || n, 'client_id', 'app_' || n`);
  await copy('subscriptions', is('id', subscription), `'id', 'sub_' || (n + ${MANY}), 'api_id', 'api_' || n`);

  await copy('roles', is('id', role), named('role'));
  await copy('groups', is('id', group), `${named('grp')}, 'name_key', 'a group ' || n`);
  await copy('group_members', is('group_id', group), `'account_id', 'usr_' || n`);
  await copy('group_members', `${is('group_id', group)} and ${is('account_id', member)}`, `'group_id', 'grp_' || n`);
  for (const table of ['role_accounts', 'role_groups'] as const) {
    await copy(table, is('role_id', role), `'role_id', 'role_' || n`);
  }
  await copy('role_accounts', `${is('role_id', role)} and ${is('account_id', member)}`, `'account_id', 'usr_' || n`);
  await copy('role_groups', `${is('role_id', role)} and ${is('group_id', group)}`, `'group_id', 'grp_' || n`);

  await copy('usage_hours', is('client_id', app), `'outcome', 'outcome_' || n`);
  await copy('usage_hours', `${is('client_id', app)} and ${is('outcome', 'ok')}`, `'client_id', 'app_' || n`);
  await copy('request_log', is('client_id', app), `'id', t.id + n * 1000`);
  await copy('audit_events', `${is('client_id', app)} and ${is('actor_id', admin)}`, `'id', t.id + n * 1000`);
  await copy('mail_outbox', is('id', mail), `'id', 'mail_' || n`);
}

const named = (prefix: string, after = 0) =>
  `'id', '${prefix}_' || (n + ${after}), ${prefix === 'inv' ? '' : `'name', '${prefix} ' || n, `}'created_at', t.created_at - n * interval '1 minute'`;
/** The code of an invitation is known once in the whole table. */
const code = `'code_hash', '\\x' || encode(sha256(convert_to(random()::text, 'UTF8')), 'hex')`;
const NO_TEAM = `'team_id', null, 'role', null`;

/** Copies rows as they are but for the columns in `changes`, for each number `n`. */
async function copyRows(db: Db, table: keyof Tables, which: string, changes: string, count = MANY): Promise<void> {
  await sql`
    insert into ${sql.table(table)} overriding system value
    select copy.* from ${sql.table(table)} t, generate_series(1, ${sql.lit(count)}) n,
      jsonb_populate_record(t, jsonb_build_object(${sql.raw(changes)})) copy
    where ${sql.raw(which)}`.execute(db);
}
