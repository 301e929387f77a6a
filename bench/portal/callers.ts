import type { Access } from '../../src/access.ts';
import type { Database } from '../../src/db/connections/connection.ts';
import { inTransaction } from '../../src/db/transaction.ts';
import { subscribe } from '../../src/subscriptions/subscriptions.ts';
import { ADMIN_SCOPES } from '../../src/teams/token-scopes.ts';
import { aClient, aPerson } from '../../test/support/factories.ts';
import { type Answer, Connection } from '../load/connection.ts';
import { expectSuccess, formRequest, getRequest } from '../load/requests.ts';
import { Visitor } from '../load/visitor.ts';
import type { Target } from '../target.ts';

export type VisitorName = 'developer' | 'owner' | 'admin' | 'newcomer';

/** Someone who asks for pages, or a program that calls. */
export interface Caller {
  readonly name: string;
  /** Signs in, or gets a token, again. */
  renew(): Promise<void>;
  get(path: string): Promise<Answer>;
  stop(): Promise<void>;
}

type Teams = [team: string, role: 'owner' | 'developer'][];

/** In which teams they are. The first one is the largest, and has the API that most apps use; the newcomer's has little. */
const MEMBERSHIPS: Record<VisitorName, Teams> = {
  developer: [1, 2, 3, 4, 5].map((number) => [`team_${number}`, 'developer']),
  owner: [['team_1', 'owner']],
  admin: [['team_2', 'owner']],
  newcomer: [['team_new', 'owner']],
};

/** A developer with several teams, the owner of a busy API, an admin, and someone whose own things are few among many. */
export async function makeVisitors(database: Database, target: Target): Promise<Record<VisitorName, Caller>> {
  const made = Object.entries(MEMBERSHIPS).map(async ([name, teams]) => {
    const { account, email, password } = await aPerson(database, { name });
    const platformRole: Access['platformRole'] = name === 'admin' ? 'admin' : null;
    const { db } = database;
    await db.updateTable('accounts').set({ platform_role: platformRole }).where('id', '=', account.id).execute();
    const rows = teams.map(([team_id, role]) => ({ team_id, role, account_id: account.id, created_at: new Date() }));
    await db.insertInto('team_members').values(rows).execute();
    return [name, visitor(name, target, { email, password })];
  });
  return Object.fromEntries(await Promise.all(made)) as Record<VisitorName, Caller>;
}

function visitor(name: string, target: Target, credentials: { email: string; password: string }): Caller {
  const connection = new Connection(target.port);
  const browser = new Visitor(target, connection);
  return {
    name,
    renew: () => browser.signIn(credentials),
    get: (path) => browser.look(path),
    stop: async () => connection.close(),
  };
}

/** Programs with every scope of the admin API: the operator's own, one of the first team, and one of a team that has little. */
export async function makePrograms(database: Database, target: Target): Promise<Caller[]> {
  const all = await program(database, target, { name: 'program of the operator', teamId: null });
  return [
    all,
    await program(database, target, { name: 'program of a team', teamId: 'team_1' }),
    await program(database, target, { name: 'program of a newcomer', teamId: 'team_new' }),
  ];
}

async function program(
  database: Database,
  target: Target,
  { name, teamId }: { name: string; teamId: string | null },
): Promise<Caller> {
  const resource = `${target.origin}/api/v1`;
  const connection = new Connection(target.port);
  const client = await aClient(database, { type: 'machine', name });
  await inTransaction(database.db, async (trx) => {
    await trx.updateTable('clients').set({ team_id: teamId }).where('id', '=', client.clientId).execute();
    const wanted = { clientId: client.clientId, apiIdentifier: resource, scopes: Object.keys(ADMIN_SCOPES) };
    await subscribe(trx, wanted, { actor: { type: 'operator' }, now: new Date() });
  });
  let token = '';
  return {
    name,
    async renew() {
      const form = { grant_type: 'client_credentials', resource };
      const answer = await connection.send(formRequest(target, '/token', form, { credentials: client }));
      token = JSON.parse(expectSuccess(answer).body).access_token;
    },
    get: (path) => connection.send(getRequest(target, path, { Authorization: `Bearer ${token}` })),
    stop: async () => connection.close(),
  };
}
