import { expectSuccess, getRequest } from '../requests.ts';
import type { PrepareWork } from '../work.ts';

/** A page that anyone may fetch: the JWKS or the metadata. */
export function fetchDocument(name: 'jwks' | 'discovery'): PrepareWork {
  return async ({ target }) => {
    const request = getRequest(target, target.paths[name]);
    return {
      async once(connection) {
        const { body } = expectSuccess(await connection.send(request));
        if (!body.startsWith('{')) throw new Error(`not JSON: ${body.slice(0, 100)}`);
        return true;
      },
    };
  };
}
