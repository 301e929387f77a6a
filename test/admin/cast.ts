import type { Operation } from '../../src/admin/operation.ts';
import { ADMIN_SCOPES } from '../../src/teams/token-scopes.ts';
import { aConsole, aRobot, tokenOf, tokenOfPerson } from '../support/admin-api.ts';
import { aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import type { TestServer } from '../support/server.ts';
import type { Call } from './calls.ts';
import { arrange, type PeopleIds, unique, type World } from './world.ts';

const PEOPLE = ['outsider', 'viewer', 'developer', 'owner', 'auditor', 'admin'] as const;
const ROBOTS = ['admin robot', 'robot of the team', 'robot of another team'] as const;

/** Who calls with a token: people through an app, and programs for themselves. */
export const CALLERS = [...PEOPLE, ...ROBOTS] as const;
export type Caller = (typeof CALLERS)[number];

export type Verdict = 'in' | 'forbidden' | 'hidden' | '401 invalid_token';

const RANK: Partial<Record<Caller, number>> = { viewer: 1, developer: 2, owner: 3, 'robot of the team': 2 };
const NEEDED = { viewer: 1, developer: 2, owner: 3 };

/** The rule, written down once more and more plainly than in src/access.ts. */
export function expected({ id, method }: Operation, { least }: Call, caller: Caller): Verdict {
  const ofTeam = caller === 'robot of the team' || caller === 'robot of another team';
  // An app that belongs to a team starts no other team, and has stopped with its own.
  if (id === 'createTeam' && ofTeam) return 'forbidden';
  if (id === 'resumeTeam' && caller === 'robot of the team') return '401 invalid_token';
  if (caller === 'admin' || caller === 'admin robot' || least === 'anyone') return 'in';
  if (caller === 'auditor') return method === 'GET' ? 'in' : 'forbidden';
  const rank = RANK[caller];
  if (least === 'platform' || rank === undefined) return 'hidden';
  return rank >= NEEDED[least] ? 'in' : 'forbidden';
}

export interface Cast {
  readonly ids: PeopleIds;
  /** A token with every scope. */
  readonly tokens: Readonly<Record<Caller, string>>;
  /** One with every scope but this. */
  readonly without: (scope: string, caller: Caller) => string;
  /** Moves the robot of the team into the team of a world. */
  enter(world: World): Promise<void>;
}

const SCOPES = Object.keys(ADMIN_SCOPES);
const allBut = (missing: string) => SCOPES.filter((scope) => scope !== missing);

export async function aCast(server: TestServer): Promise<Cast> {
  const tokens = new Map<string, string>();
  const ids: Partial<PeopleIds> = {};
  const console = await aConsole(server, SCOPES);
  for (const caller of PEOPLE) {
    const someone = await aPerson(server.database, { name: caller });
    ids[caller] = someone.account.id;
    const person = new Person(server.issuer);
    for (const missing of ['', ...SCOPES]) {
      const token = await tokenOfPerson(server, console, someone, { scopes: allBut(missing), person });
      tokens.set(`${caller} ${missing}`, token);
    }
  }
  const robots = {
    'admin robot': await aRobot(server, SCOPES),
    'robot of the team': await aRobot(server, SCOPES, await aTeam(server)),
    'robot of another team': await aRobot(server, SCOPES, await aTeam(server)),
  };
  for (const caller of ROBOTS) {
    for (const missing of ['', ...SCOPES]) {
      tokens.set(`${caller} ${missing}`, await tokenOf(server, robots[caller], allBut(missing)));
    }
  }
  await arrange(server, async (db) => {
    for (const role of ['admin', 'auditor'] as const) {
      await db
        .updateTable('accounts')
        .set({ platform_role: role })
        .where('id', '=', ids[role] ?? '')
        .execute();
    }
  });
  const tokenFor = (caller: Caller, missing = '') => tokens.get(`${caller} ${missing}`) ?? '';
  return {
    ids: ids as PeopleIds,
    tokens: Object.fromEntries(CALLERS.map((caller) => [caller, tokenFor(caller)])) as Record<Caller, string>,
    without: (scope, caller) => tokenFor(caller, scope),
    enter: ({ team_id }) =>
      arrange(server, (db) =>
        db.updateTable('clients').set({ team_id }).where('id', '=', robots['robot of the team'].clientId).execute(),
      ),
  };
}

async function aTeam({ database: { db } }: TestServer): Promise<string> {
  const id = `team_${unique()}`;
  await db.insertInto('teams').values({ id, name: id, name_key: id, created_at: new Date() }).execute();
  return id;
}
