import type { Connection } from '../connection.ts';
import { expectSuccess, formRequest } from '../requests.ts';
import { Visitor } from '../visitor.ts';
import type { PrepareWork } from '../work.ts';
import { clientCredentials } from './client-credentials.ts';
import { refresh } from './refresh.ts';
import { codeRequest, FULL_SCOPE, obtainCode, obtainMachineToken, redeem } from './tokens.ts';

/** Out of ten: what a server of many dashboards is asked, in turn. */
const TURNS = [
  'machine',
  'refresh',
  'machine',
  'introspect',
  'refresh',
  'machine',
  'code',
  'refresh',
  'introspect',
  'machine',
];

/** How often a token is introspected before another one is. */
const SAME_TOKEN = 50;

/** A bit of everything that goes on all day: machines, refreshes with ID token, introspection, and people who come back. */
export const mix: PrepareWork = async (surroundings) => {
  const { target } = surroundings;
  const resource = target.resources.ES256;
  const machine = await clientCredentials('ES256')(surroundings);
  const chains = await refresh({ idToken: 'ES256' })(surroundings);
  const visitors = new WeakMap<Connection, Visitor>();
  const credentials = target.machines[0] ?? target.app;
  let introspected = '';
  let turn = 0;
  let questions = 0;

  const introspect = async (connection: Connection) => {
    if (questions++ % SAME_TOKEN === 0) {
      const tokens = await obtainMachineToken(target, connection, credentials);
      const form = { token: tokens.access_token, token_type_hint: 'access_token' };
      introspected = formRequest(target, target.paths.introspection, form, { credentials });
    }
    const { body } = expectSuccess(await connection.send(introspected));
    if (!/"active": ?true/.test(body)) throw new Error(`not active: ${body}`);
    return true;
  };
  const comeBack = async (connection: Connection) => {
    const visitor = visitors.get(connection) ?? new Visitor(target, connection);
    visitors.set(connection, visitor);
    const code = await obtainCode(target, visitor, { person: turn, scope: FULL_SCOPE, resource });
    const tokens = await redeem(connection, codeRequest(target, code, resource));
    if (!tokens.access_token) throw new Error('no access token');
    return true;
  };
  return {
    once(connection) {
      const what = TURNS[turn++ % TURNS.length];
      if (what === 'machine') return machine.once(connection);
      if (what === 'refresh') return chains.once(connection);
      return what === 'code' ? comeBack(connection) : introspect(connection);
    },
  };
};
