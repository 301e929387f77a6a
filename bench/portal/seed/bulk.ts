import type pg from 'pg';
import { BUSY_APPS, type Size } from '../size.ts';

/** What programs write rather than people: usage, the request log, the audit trail; and who has what, pairs of ids. */
export async function insertBulk(pool: pg.Pool, size: Size): Promise<void> {
  for (const [statement, values] of statements(size)) await pool.query(statement, values);
}

function statements({ people, apps, apis, roles, groups, auditEvents, requests, days }: Size): [string, number[]][] {
  return [
    [LOGO, []],
    [VISIBLE, [apis]],
    // A tenth of the people are in the first group and have the first role.
    [`${MEMBERS} where case k when 0 then n % 10 = 0 else true end`, [people, groups]],
    [`${HOLDERS} where case k when 0 then n % 10 = 0 else true end`, [people, roles]],
    [
      `insert into role_groups select 'role_' || 1 + n % $2::int, 'grp_' || n from generate_series(1, $1) n`,
      [groups, roles],
    ],
    [DAILY, [apps, days, apis]],
    [HOURLY, [Math.min(apps, BUSY_APPS), days * 24]],
    [lastUse('clients', 'client_id'), []],
    [lastUse('apis', 'api_id'), []],
    [REQUESTS, [requests, apps]],
    [EVENTS, [auditEvents, apps, people]],
  ];
}

const LOGO = `insert into client_logos values ('app_1', decode(repeat('00', 4000), 'hex'), 'etag', now())`;

const VISIBLE = `
  insert into api_visible_teams (api_id, team_id)
  select apis.id, teams.id from generate_series(1, $1) n join apis on apis.id = 'api_' || n
    join teams on teams.id in (select 'team_' || 1 + (n * 7 + k) % 40 from generate_series(0, 19) k)
  where apis.visibility = 'selected'`;

const pairs = (table: string, owner: string) => `
  insert into ${table} (${table === 'group_members' ? 'group_id' : 'role_id'}, account_id)
  select distinct '${owner}_' || case k when 0 then 1 else 2 + (n * 3 + k * 11) % ($2::int - 1) end, 'usr_' || n
  from generate_series(1, $1) n, generate_series(0, 3) k`;
const MEMBERS = pairs('group_members', 'grp');
const HOLDERS = pairs('role_accounts', 'role');

/** Every app asks once a day; each fifth of them for the first API. */
const DAILY = `
  insert into usage_hours (hour, client_id, api_id, event, outcome, count)
  select date_trunc('hour', now()) - day * interval '1 day' - app % 24 * interval '1 hour', 'app_' || app,
    'api_' || case app % 5 when 0 then 1 else 2 + app % ($3::int - 1) end, 'client_credentials', 'ok', 1 + app % 500
  from generate_series(1, $1) app, generate_series(1, $2) day`;

/** Some ask every hour, and fail every seventh. */
const HOURLY = `
  insert into usage_hours (hour, client_id, api_id, event, outcome, count)
  select date_trunc('hour', now()) - hour * interval '1 hour', 'app_' || app, 'api_' || 1 + app % 3,
    'refresh_token', case when hour % 7 = 0 then 'invalid_grant' else 'ok' end, 1 + hour % 100
  from generate_series(1, $1) app, generate_series(0, $2 - 1) hour`;

const lastUse = (table: string, column: string) => `
  update ${table} set last_used_hour = used.hour from (select ${column} as id, max(hour) as hour from usage_hours group by 1) used
  where ${table}.id = used.id`;

/** A tenth is the first app's. */
const REQUESTS = `
  insert into request_log (at, client_id, api_id, event, outcome, detail, scope, request_id)
  select now() - ($1 - n) * interval '5 seconds', 'app_' || case n % 10 when 0 then 1 else 1 + n % $2::int end, 'api_1',
    'client_credentials', case when n % 4 = 0 then 'invalid_client' else 'ok' end, null, 'scope-1', gen_random_uuid()
  from generate_series(1, $1) n order by n`;

/** Of twenty, one is a change that someone made, as in the trail of apps that work all day. */
const EVENTS = `
  insert into audit_events (at, type, actor_type, actor_id, client_id, account_id, ip, request_id, detail)
  select now() - ($1 - n) * interval '1 minute',
    case n % 20 when 0 then 'client.updated' when 1 then 'account.signed_in' when 2 then 'consent.given'
      when 3 then 'code.exchanged' else 'refresh.rotated' end,
    'account', 'usr_' || 1 + n % $3::int, 'app_' || 1 + n * 7 % $2::int, 'usr_' || 1 + n % $3::int, '192.0.2.1', gen_random_uuid(),
    jsonb_build_object('clientId', 'app_' || 1 + n * 7 % $2::int)
  from generate_series(1, $1) n order by n`;
