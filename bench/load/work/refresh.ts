import { type Alg, SCOPE } from '../../target.ts';
import { formRequest } from '../requests.ts';
import type { PrepareWork } from '../work.ts';
import { expectAlg, FULL_SCOPE, obtainTokens, redeem } from './tokens.ts';

/**
 * RFC 6749 §6 with rotation: independent families, of which each refresh uses the token that the last one gave. Access
 * tokens are signed with ES256, ID tokens as `idToken` says.
 */
export function refresh({ idToken }: { idToken: Alg | false }): PrepareWork {
  return async ({ target: its, chains, times }) => {
    const target = idToken === 'RS256' ? { ...its, app: its.rs256App } : its;
    const resource = target.resources.ES256;
    const scope = idToken ? FULL_SCOPE : `offline_access ${SCOPE}`;
    const idle: string[] = [];
    await times(chains, async (connection, person) => {
      const tokens = await obtainTokens(target, connection, { person, scope, resource });
      if (resource) expectAlg(tokens, 'access_token', 'ES256');
      if (idToken) expectAlg(tokens, 'id_token', idToken);
      idle.push(tokens.refresh_token ?? '');
    });
    return {
      async once(connection) {
        const refresh_token = idle.shift();
        if (!refresh_token) throw new Error('a chain of refresh tokens is broken');
        const form = { grant_type: 'refresh_token', refresh_token, resource };
        const request = formRequest(target, target.paths.token, form, { credentials: target.app });
        const tokens = await redeem(connection, request);
        if (!tokens.access_token || !tokens.refresh_token || tokens.refresh_token === refresh_token)
          throw new Error('not rotated');
        if (Boolean(tokens.id_token) !== Boolean(idToken)) throw new Error('an ID token where none belongs, or none');
        idle.push(tokens.refresh_token);
        return true;
      },
    };
  };
}
