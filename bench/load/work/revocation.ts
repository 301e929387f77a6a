import { expectSuccess, formRequest } from '../requests.ts';
import type { PrepareWork } from '../work.ts';
import { FULL_SCOPE, obtainMachineToken, obtainTokens } from './tokens.ts';

/** RFC 7009: each token once. */
export function revocation(kind: 'jwt' | 'refresh_token'): PrepareWork {
  return async ({ target, times }) => {
    const credentials = kind === 'jwt' ? (target.machines[0] ?? target.app) : target.app;
    const requests: string[] = [];
    return {
      async stock(count) {
        requests.length = 0;
        await times(count, async (connection, person) => {
          const tokens =
            kind === 'jwt'
              ? await obtainMachineToken(target, connection, credentials)
              : await obtainTokens(target, connection, { person, scope: FULL_SCOPE, resource: target.resources.ES256 });
          const token = kind === 'jwt' ? tokens.access_token : tokens.refresh_token;
          const form = { token, token_type_hint: kind === 'jwt' ? 'access_token' : kind };
          requests.push(formRequest(target, target.paths.revocation, form, { credentials }));
        });
      },
      async once(connection) {
        const request = requests.shift();
        if (!request) return false;
        expectSuccess(await connection.send(request));
        return true;
      },
    };
  };
}
