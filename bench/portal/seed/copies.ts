import type pg from 'pg';
import { copyRows } from '../../subjects/multiply.ts';
import { FIRST_TEAM, type Size } from '../size.ts';
import type { Templates } from './templates.ts';

/** The nth of something belongs to the first team while that has room, then to one after the other. */
const teamOf = (room: number, teams: number) => `'team_' || case when n <= ${room} then 1 else 1 + n % ${teams} end`;

/** The copies stand in lists in the order of their numbers, the first one newest. */
const ago = (minutes: number) => `now() - n * interval '${minutes} minutes'`;

/** Copies of whole rows, as people would have made them. */
export async function copyEverything(pool: pg.Pool, templates: Templates, size: Size): Promise<void> {
  const { person, team, api, role, group, app, invitation, subject } = templates;
  const { teams, people, apps, apis } = size;
  const copy = (table: string, which: string, template: string, count: number, changes: string) =>
    copyRows(pool, table, which, changes, template, { from: 1, to: count });

  const named = (prefix: string, word: string) =>
    `'id', '${prefix}_' || n, 'name', '${word} ' || n, 'created_at', ${ago(100)}`;
  await copy('teams', 't.id = $3', team, teams, `${named('team', 'Team')}, 'name_key', 'team ' || n`);
  const address = `'person-' || n || '@example.com'`;
  const account = `${named('usr', 'Person')}, 'email', ${address}, 'email_key', ${address}`;
  const fresh = `'id', 'team_new', 'name', 'A new team', 'name_key', 'a new team'`;
  await copy('teams', 't.id = $3', team, 1, fresh);
  await copy('accounts', 't.id = $3', person, people, account);
  const membership = `'team_id', ${teamOf(FIRST_TEAM.people, teams)}, 'account_id', 'usr_' || n,
    'role', (array['owner', 'developer', 'viewer'])[1 + n % 3]`;
  await copy('team_members', 't.account_id = $3', person, people, membership);
  const invited = `'id', 'inv_' || n, 'team_id', ${teamOf(20, teams)}, 'email', ${address}, 'email_key', ${address},
    'code_hash', '\\x' || encode(sha256(convert_to(n::text, 'UTF8')), 'hex')`;
  await copy('invitations', 't.id = $3', invitation, people, invited);

  const published = `${named('api', 'API')}, 'identifier', 'https://api-' || n || '.example.com',
    'team_id', ${teamOf(FIRST_TEAM.apis, teams)},
    'visibility', case n % 5 when 3 then 'selected' when 4 then 'team' else 'everyone' end`;
  await copy('apis', 't.id = $3', api, apis, published);
  await copy('api_scopes', 't.api_id = $3', api, apis, `'api_id', 'api_' || n`);
  await copy('roles', 't.id = $3', role, size.roles, `${named('role', 'Role')}, 'api_id', 'api_' || 1 + n % ${apis}`);
  await copy('groups', 't.id = $3', group, size.groups, `${named('grp', 'Group')}, 'name_key', 'group ' || n`);

  const registered = `${named('app', 'App')}, 'team_id', ${teamOf(FIRST_TEAM.apps, teams)},
    'disabled_at', case when n % 50 = 0 then ${ago(50)} end`;
  await copy('clients', 't.id = $3', app, apps, registered);
  const secret = `'id', 'sec_' || n, 'client_id', 'app_' || 1 + n % ${apps}, 'name', 'Secret ' || n,
    'created_at', ${ago(30)}, 'expires_at', now() + (n % 400 - 30) * interval '1 day'`;
  await copy('client_secrets', 't.client_id = $3', app, size.secrets, secret);
  await copy('subscriptions', 't.client_id = $3', app, size.subscriptions, subscription(apis));
  const mail = `'id', 'mail_' || n, 'subject', 'Mail ' || n, 'created_at', ${ago(60)}, 'sent_at', ${ago(60)}`;
  await copy('mail_outbox', 't.subject = $3', subject, size.mails, mail);
}

/** Ten of each app, the first of them of the first API; of a hundred 4 wait for a first decision and 3 for another one. */
function subscription(apis: number): string {
  const app = '(1 + (n - 1) / 10)';
  const api = `case (n - 1) % 10 when 0 then 1 else 2 + (${app} * 7 + (n - 1) % 10 * 22) % ${apis - 1} end`;
  const waits = 'n % 100 < 4 or n % 100 between 11 and 13';
  return `
    'id', 'sub_' || n, 'client_id', 'app_' || ${app}, 'api_id', 'api_' || ${api}, 'created_at', ${ago(10)},
    'state', case when n % 100 < 4 then 'pending' when n % 100 < 6 then 'suspended' when n % 100 < 9 then 'cancelled'
      when n % 100 < 11 then 'denied' else 'active' end,
    'scopes', case when n % 100 < 4 then '[]' else to_jsonb(t.scopes) end,
    'pending_scopes', case when ${waits} then to_jsonb(array['scope-6']) end,
    'pending_reason', case when ${waits} then 'For the report ' || n end,
    'pending_at', case when ${waits} then ${ago(10)} end,
    'decided_at', case when n % 100 > 3 then ${ago(9)} end`;
}
