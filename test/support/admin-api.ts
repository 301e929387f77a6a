import { subscribe } from '../../src/apis/subscriptions.ts';
import { inTransaction } from '../../src/db/transaction.ts';
import { aClient } from './factories.ts';
import type { TestServer } from './server.ts';
import { requestToken } from './tokens.ts';

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

async function tokenOf(server: TestServer, robot: { clientId: string; clientSecret: string }): Promise<string> {
  const { body } = await requestToken(server, robot, { resource: `${server.issuer}/api/v1` });
  return String(body.access_token);
}

/** Calls with a token. */
export function api({ issuer }: { issuer: string }, token: string | undefined) {
  return {
    token,
    async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
      const response = await fetch(`${issuer}/api/v1${path}`, {
        method,
        headers: {
          ...(token ? { authorization: `Bearer ${token}` } : {}),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : undefined };
    },
  };
}
