import { expectSuccess, formRequest } from '../requests.ts';
import type { PrepareWork } from '../work.ts';
import { obtainMachineToken, obtainTokens } from './tokens.ts';

/** RFC 7662, by the app that holds the token. */
export function introspection(kind: 'jwt' | 'opaque'): PrepareWork {
  return async ({ target, times }) => {
    const credentials = kind === 'jwt' ? (target.machines[0] ?? target.app) : target.app;
    let request = '';
    return {
      /** Tokens live for minutes, so each round has a fresh one. */
      async stock() {
        await times(1, async (connection) => {
          const tokens =
            kind === 'jwt'
              ? await obtainMachineToken(target, connection, credentials)
              : await obtainTokens(target, connection, { person: 0, scope: 'openid' });
          const form = { token: tokens.access_token, token_type_hint: 'access_token' };
          request = formRequest(target, target.paths.introspection, form, { credentials });
        });
      },
      async once(connection) {
        const { body } = expectSuccess(await connection.send(request));
        if (!/"active": ?true/.test(body)) throw new Error(`not active: ${body}`);
        return true;
      },
    };
  };
}
