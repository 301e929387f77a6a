import { randomBytes } from 'node:crypto';
import type { TeamRole } from '../../../src/db/tables/teams.ts';
import { createOutbox } from '../../../src/mail/outbox.ts';
import { aClient, anApi, aPerson } from '../../support/factories.ts';
import { Person } from '../../support/person.ts';
import { aVisitor } from '../../support/portal.ts';
import type { TestServer } from '../../support/server.ts';

/** Who comes to a page: nobody that we know, someone of another team, those of the team, and those of the platform. */
export const CALLERS = ['stranger', 'outsider', 'viewer', 'developer', 'owner', 'auditor', 'admin'] as const;
export type Caller = (typeof CALLERS)[number];

/** A route of the portal with the least that it takes. `{app}` in a path is what the world calls by that name. */
export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /**
   * A role in the team that owns it; `person`: whoever is signed in; `platform`: auditors to read, admins to change;
   * `nobody`: none of those here, because it is for someone else.
   */
  readonly least: TeamRole | 'person' | 'platform' | 'nobody';
  /** A page that only those may see who may do what it is for. */
  readonly changes?: true;
  readonly form?: Readonly<Record<string, string>>;
}

/** What the answer must be: let in, told that they may not, or told that there is no such thing. */
export type Verdict = 'in' | 'sign in' | 'forbidden' | 'hidden';

const RANK: Partial<Record<Caller, number>> = { viewer: 1, developer: 2, owner: 3 };
const NEEDED: Record<TeamRole, number> = { viewer: 1, developer: 2, owner: 3 };

/** The rule, written down once more and more plainly than in src/access.ts. */
export function expected(route: Route, caller: Caller): Verdict {
  if (caller === 'stranger') return 'sign in';
  if (route.least === 'nobody') return 'hidden';
  if (caller === 'admin' || route.least === 'person') return 'in';
  if (caller === 'auditor') return route.method === 'POST' || route.changes ? 'forbidden' : 'in';
  const rank = RANK[caller];
  if (route.least === 'platform' || rank === undefined) return 'hidden';
  return rank >= NEEDED[route.least] ? 'in' : 'forbidden';
}

export type Visitors = Record<Caller, Person>;

export interface Cast {
  readonly visitors: Visitors;
  readonly ids: Record<Exclude<Caller, 'stranger'>, string>;
}

/** One of each, signed in. */
export async function aCast(server: TestServer): Promise<Cast> {
  const visitors: Partial<Visitors> = { stranger: new Person(server.issuer) };
  const ids: Partial<Cast['ids']> = {};
  for (const caller of CALLERS) {
    if (caller === 'stranger') continue;
    const { account, email, password } = await aPerson(server.database, { name: caller });
    ids[caller] = account.id;
    visitors[caller] = await aVisitor(server, { email, password });
    if (caller === 'admin' || caller === 'auditor') {
      await server.database.db
        .updateTable('accounts')
        .set({ platform_role: caller })
        .where('id', '=', account.id)
        .execute();
    }
  }
  return { visitors: visitors as Visitors, ids: ids as Cast['ids'] };
}

const unique = () => randomBytes(6).toString('hex');

/** A team with one of each role and things of its own: what the placeholders in paths stand for. */
export type World = Readonly<
  Record<
    'team' | 'member' | 'invitation' | 'app' | 'secret' | 'api' | 'role' | 'group' | 'subscription' | 'mail',
    string
  >
>;

export async function aWorld(server: TestServer, { ids }: Cast): Promise<World> {
  const { db } = server.database;
  const now = new Date();
  const [team, others] = [`team_${unique()}`, `team_${unique()}`];
  for (const id of [team, others]) {
    await db.insertInto('teams').values({ id, name: id, name_key: id, created_at: now }).execute();
  }
  const member = `usr_${unique()}`;
  await db
    .insertInto('accounts')
    .values({
      id: member,
      email: `${member}@example.com`,
      email_key: `${member}@example.com`,
      name: 'A member',
      email_verified_at: now,
      password_hash: null,
      created_at: now,
      updated_at: now,
      disabled_at: null,
    })
    .execute();
  const roles = { viewer: ids.viewer, developer: ids.developer, owner: ids.owner };
  await db
    .insertInto('team_members')
    .values(
      [
        ...Object.entries(roles).map(([role, account_id]) => ({ team_id: team, account_id, role: role as TeamRole })),
        { team_id: team, account_id: member, role: 'owner' as const },
        { team_id: others, account_id: ids.outsider, role: 'owner' as const },
      ].map((row) => ({ ...row, created_at: now })),
    )
    .execute();
  const app = await aClient(server.database, { type: 'machine' });
  const api = await anApi(server.database);
  await db.updateTable('clients').set({ team_id: team }).where('id', '=', app.clientId).execute();
  await db.updateTable('apis').set({ team_id: team }).where('id', '=', api.id).execute();
  const secret = app.secret?.id ?? '';
  return {
    team,
    member,
    app: app.clientId,
    secret,
    api: api.id,
    ...(await moreOf(server, { team, api: api.id, member })),
    ...(await requestOf(server, { app: app.clientId, api: api.id })),
  };
}

async function moreOf(
  { database: { db } }: TestServer,
  { team, api, member }: Record<'team' | 'api' | 'member', string>,
) {
  const now = new Date();
  const [invitation, role, group] = [`inv_${unique()}`, `role_${unique()}`, `grp_${unique()}`];
  const email = `${unique()}@example.com`;
  await db
    .insertInto('invitations')
    .values({
      id: invitation,
      team_id: team,
      email,
      email_key: email,
      role: 'viewer',
      code_hash: randomBytes(32),
      invited_by: null,
      created_at: now,
      expires_at: new Date(now.getTime() + 3600_000),
    })
    .execute();
  await db
    .insertInto('roles')
    .values({ id: role, api_id: api, name: role, scopes: ['reports:read'], created_at: now })
    .execute();
  await db.insertInto('groups').values({ id: group, name: group, name_key: group, created_at: now }).execute();
  await db.insertInto('group_members').values({ group_id: group, account_id: member }).execute();
  await db.insertInto('role_accounts').values({ role_id: role, account_id: member }).execute();
  await db.insertInto('role_groups').values({ role_id: role, group_id: group }).execute();
  return { invitation, role, group };
}

/** What the app may use of the API, an open request for more, and a mail about it. */
async function requestOf(
  { database: { db }, secrets, issuer }: TestServer,
  { app, api }: Record<'app' | 'api', string>,
) {
  const now = new Date();
  const { id: subscription } = await db
    .insertInto('subscriptions')
    .values({
      client_id: app,
      api_id: api,
      scopes: ['reports:read'],
      pending_scopes: ['reports:write'],
      pending_reason: 'For the report',
      pending_at: now,
      created_at: now,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const subject = `About ${subscription}`;
  await createOutbox(secrets.masterKeys, issuer).put(db, [{ to: 'ada@example.com', subject, text: 'A request.' }], now);
  const mail = await db.selectFrom('mail_outbox').select('id').where('subject', '=', subject).executeTakeFirstOrThrow();
  return { subscription, mail: mail.id };
}

const fill = (text: string, world: World) =>
  text.replace(/\{(\w+)\}/g, (_, name: string) => world[name as keyof World]);

export const pathOf = (route: Pick<Route, 'path'>, world: World) => fill(route.path, world);

/** The fields of a route's form, which may name things of the world too. */
export const formOf = ({ form = {} }: Route, world: World) =>
  Object.fromEntries(Object.entries(form).map(([name, value]) => [name, fill(value, world)]));
