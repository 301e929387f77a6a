import { type Alg, SCOPE } from '../../target.ts';
import { expectSuccess, formRequest } from '../requests.ts';
import type { PrepareWork } from '../work.ts';
import { expectAlg, type Tokens } from './tokens.ts';

const MOST_WARMED = 100_000;

/** RFC 6749 §4.4, by one client or by all of them in turn. */
export function clientCredentials(alg: Alg, { everyone = false } = {}): PrepareWork {
  return async ({ target, times }) => {
    const clients = everyone ? target.machines.slice(1) : target.machines.slice(0, 1);
    const form = { grant_type: 'client_credentials', scope: SCOPE, resource: target.resources[alg] };
    const requests = clients.map((credentials) => formRequest(target, target.paths.token, form, { credentials }));
    await times(1, async (connection) => {
      const answer = expectSuccess(await connection.send(requests[0] ?? ''));
      if (target.resources[alg]) expectAlg(JSON.parse(answer.body) as Tokens, 'access_token', alg);
    });
    // Everyone once, so that what can be warm is; then from somewhere, because the rounds may not get through all of them.
    await times(Math.min(requests.length, MOST_WARMED), async (connection, index) => {
      expectSuccess(await connection.send(requests[index] ?? ''));
    });
    let turn = Math.floor(Math.random() * requests.length);
    return {
      async once(connection) {
        const request = requests[turn++ % requests.length] ?? '';
        const { body } = expectSuccess(await connection.send(request));
        if (!body.includes('"access_token"')) throw new Error(`no token: ${body}`);
        return true;
      },
    };
  };
}
