import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { portalRoutes } from '../../src/portal/routes.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { OPEN, ROUTES } from './access/routes.ts';
import {
  aCast,
  aWorld,
  CALLERS,
  type Caller,
  type Cast,
  expected,
  formOf,
  pathOf,
  type Route,
  type Verdict,
  type World,
} from './access/world.ts';

let server: TestServer;
let cast: Cast;
beforeAll(async () => {
  server = await startTestServer();
  cast = await aCast(server);
});
afterAll(() => server.stop());

/** Sends a request as someone, with the token that their forms have, and tells how they were received. */
async function receive(route: Route, caller: Caller, world: World): Promise<Verdict | number> {
  const visitor = cast.visitors[caller];
  const csrf = caller === 'stranger' ? '' : await csrfOf(caller);
  const form = { csrf, ...formOf(route, world) };
  const response = await visitor.request(pathOf(route, world), route.method === 'POST' ? { form } : {});
  await response.text();
  if (caller === 'stranger') {
    const sent =
      response.headers.get('location')?.startsWith('/sign-in') || (route.method === 'POST' && response.status === 400);
    return sent ? 'sign in' : response.status;
  }
  if (response.status === 403) return 'forbidden';
  if (response.status === 404) return 'hidden';
  // What was sent may be wrong; who sent it was let in.
  return [200, 303, 400, 409].includes(response.status) ? 'in' : response.status;
}

const tokens = new Map<Caller, string>();
async function csrfOf(caller: Caller): Promise<string> {
  const known = tokens.get(caller);
  if (known) return known;
  const { text } = await cast.visitors[caller].visit('/teams/new');
  const token = /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? '';
  tokens.set(caller, token);
  return token;
}

function routeNamed(name: string): Pick<Route, 'method' | 'path'> {
  const [method = '', path = ''] = name.split(' ');
  return { method: method as Route['method'], path };
}

describe('every route of the portal', () => {
  it.each(ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const))('%s', async (_name, route) => {
    const received: Partial<Record<Caller, unknown>> = {};
    for (const caller of CALLERS) received[caller] = await receive(route, caller, await aWorld(server, cast));
    expect(received).toEqual(Object.fromEntries(CALLERS.map((caller) => [caller, expected(route, caller)])));
  });

  it('is in the table', () => {
    const router = portalRoutes({ issuer: server.issuer, cookieKeys: ['a'] } as never);
    const existing = router.stack.flatMap(({ methods, path }) =>
      methods.filter((method) => method !== 'HEAD').map((method) => `${method} ${String(path)}`),
    );
    const plain = (name: string) => name.replace(/:\w+|\{\w+\}/g, '*');
    const listed = new Set([...ROUTES.map(({ method, path }) => `${method} ${path}`), ...OPEN].map(plain));
    expect([...new Set(existing.map(plain))].filter((name) => !listed.has(name))).toEqual([]);
  });

  it('answers an id that was never given out as it answers one of another team', async () => {
    const ofOthers = ROUTES.filter(
      ({ path, least }) => /\{\w+\}/.test(path) && !['person', 'platform', 'nobody'].includes(least),
    );
    for (const route of ofOthers) {
      const world = await aWorld(server, cast);
      const unknown = Object.fromEntries(Object.entries(world).map(([name, id]) => [name, `${id}0`])) as typeof world;
      const [theirs, nobodys] = [await sayTo(route, world), await sayTo(route, unknown)];
      expect([route.path, nobodys]).toEqual([route.path, theirs]);
    }
  });

  it('is refused by another method, with those that it has', async () => {
    const world = await aWorld(server, cast);
    const routes = [...ROUTES, ...OPEN.map((name) => routeNamed(name))];
    for (const [path, same] of Map.groupBy(routes, (route) => pathOf(route, world))) {
      const methods = new Set(same.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method])));
      for (const method of ['PUT', 'DELETE']) {
        const { status, headers } = await cast.visitors.stranger.request(path, { method });
        expect([path, method, status]).toEqual([path, method, 405]);
        expect(headers.get('allow')?.split(', ')).toEqual(expect.arrayContaining([...methods]));
      }
    }
  });
});

/** What an outsider is told, without the ids and the request's own. */
async function sayTo(route: Route, world: World): Promise<string> {
  const form = { csrf: await csrfOf('outsider'), ...formOf(route, world) };
  const response = await cast.visitors.outsider.request(pathOf(route, world), route.method === 'POST' ? { form } : {});
  const text = (await response.text())
    .replace(/\b(team|usr|inv|app|api|role|grp|sub)_\w+/g, 'ID')
    .replace(/[\w-]{20,}/g, '');
  return `${response.status} ${text}`;
}
