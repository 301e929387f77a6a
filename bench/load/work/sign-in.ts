import { Visitor } from '../visitor.ts';
import type { PrepareWork } from '../work.ts';
import { FULL_SCOPE, obtainCode } from './tokens.ts';

/** A browser's whole way, counted as one: authorization request, sign-in, consent, and back to the app with a code. */
export const signIn: PrepareWork = async ({ target }) => {
  let turn = 0;
  return {
    async once(connection) {
      const visitor = new Visitor(target, connection);
      const resource = target.resources.ES256;
      await obtainCode(target, visitor, { person: turn++, scope: FULL_SCOPE, resource, prompt: 'consent' });
      return true;
    },
  };
};
