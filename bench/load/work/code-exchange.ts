import { SCOPE } from '../../target.ts';
import { Visitor } from '../visitor.ts';
import type { PrepareWork } from '../work.ts';
import { codeRequest, obtainCode, redeem } from './tokens.ts';

/** RFC 6749 §4.1.3 with PKCE (RFC 7636). The codes are made ahead, by visitors who are signed in. */
export const codeExchange: PrepareWork = async ({ target, times }) => {
  const resource = target.resources.ES256;
  const scope = `openid ${SCOPE}`;
  const requests: string[] = [];
  return {
    async stock(count) {
      requests.length = 0;
      const visitors = new Map<object, Visitor>();
      await times(count, async (connection, person) => {
        const visitor = visitors.get(connection) ?? new Visitor(target, connection);
        visitors.set(connection, visitor);
        const code = await obtainCode(target, visitor, { person, scope, resource });
        requests.push(codeRequest(target, code, resource));
      });
    },
    async once(connection) {
      const request = requests.shift();
      if (!request) return false;
      const tokens = await redeem(connection, request);
      if (!tokens.access_token) throw new Error('no access token');
      return true;
    },
  };
};
