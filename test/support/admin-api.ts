import request from 'supertest';
import { inTransaction } from '../../src/db/transaction.ts';
import { subscribe } from '../../src/subscriptions/subscriptions.ts';
import { aClient } from './factories.ts';
import type { Person } from './person.ts';
import { signIn } from './relying-app.ts';
import type { TestServer } from './server.ts';
import { answerOf, requestToken } from './tokens.ts';

/** A program with a token for the admin API. Without a team it is the operator's own, and acts as an admin. */
export async function aRobot(server: TestServer, scopes: readonly string[], teamId?: string) {
  const { database, issuer } = server;
  const robot = await aClient(database, { type: 'machine' });
  const resource = `${issuer}/api/v1`;
  await inTransaction(database.db, async (trx) => {
    await trx
      .updateTable('clients')
      .set({ team_id: teamId ?? null })
      .where('id', '=', robot.clientId)
      .execute();
    const by = { actor: { type: 'operator' }, now: new Date() } as const;
    await subscribe(trx, { clientId: robot.clientId, apiIdentifier: resource, scopes }, by);
  });
  return { ...robot, ...api(server, await tokenOf(server, robot)) };
}

/** A token of a robot, with all of its scopes or with these. */
export async function tokenOf(
  server: TestServer,
  robot: { clientId: string; clientSecret: string },
  scopes?: readonly string[],
): Promise<string> {
  const scope = scopes ? { scope: scopes.join(' ') } : {};
  const { body } = await requestToken(server, robot, { resource: `${server.issuer}/api/v1`, ...scope });
  return String(body.access_token);
}

/** An app through which people use the admin API, with all that their rights and these scopes allow. */
export async function aConsole(server: TestServer, scopes: readonly string[]) {
  const { database, issuer } = server;
  const console = await aClient(database, { type: 'web' });
  await inTransaction(database.db, (trx) => {
    const by = { actor: { type: 'operator' }, now: new Date() } as const;
    return subscribe(trx, { clientId: console.clientId, apiIdentifier: `${issuer}/api/v1`, scopes }, by);
  });
  return console;
}

/** A token of a person, by the authorization code flow. `person` is a browser in which they may be signed in already. */
export async function tokenOfPerson(
  server: TestServer,
  console: { clientId: string; clientSecret: string },
  credentials: { email: string; password: string },
  { scopes, person }: { scopes: readonly string[]; person?: Person },
): Promise<string> {
  const parameters = { resource: `${server.issuer}/api/v1`, scope: scopes.join(' ') };
  const { tokens } = await signIn(server, console, credentials, { parameters, ...(person ? { person } : {}) });
  return tokens.access_token;
}

/** Calls with a token. */
export function api({ issuer }: { issuer: string }, token: string | undefined) {
  return {
    token,
    async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
      const call = request(`${issuer}/api/v1`)[method.toLowerCase() as 'get'](path);
      if (token) call.auth(token, { type: 'bearer' });
      if (body !== undefined) call.type('json').send(JSON.stringify(body));
      return answerOf(await call.set(headers));
    },
  };
}
