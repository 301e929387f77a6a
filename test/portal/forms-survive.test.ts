import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KEPT_FIELDS } from '../../src/portal/forms/kept-fields.ts';
import { unescapeHtml } from '../support/html.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { ROUTES } from './access/routes.ts';
import { aCast, aWorld, type Cast, expected, formOf, pathOf, type Route, type World } from './access/world.ts';

let server: TestServer;
let cast: Cast;
let world: World;
beforeAll(async () => {
  server = await startTestServer();
  cast = await aCast(server);
  world = await aWorld(server, cast);
});
afterAll(() => server.stop());

/** What nobody types again with joy, but nobody keeps either; and what is chosen by one click. */
const NEVER_KEPT = new Set(['current', 'password', 'secret', 'token', 'typed', 'code']);
/** Chosen in a list, which has not what the table of routes sends. */
const CHOICES = new Set(['language', 'mode']);
const ONE_CLICK = new Set(['theme', 'to', 'decision', 'role', 'group']);

const plain = (path: string) => path.replace(/:\w+|\{\w+\}/g, '*');
const KEPT = new Map(Object.entries(KEPT_FIELDS).map(([path, { fields }]) => [plain(path), fields]));
/** Owners have forms that administrators of no team do not see. */
const callerOf = (route: Route) => (expected(route, 'owner') === 'in' ? 'owner' : 'admin');
const posts = ROUTES.filter((route) => route.method === 'POST' && expected(route, callerOf(route)) === 'in');
const named = (routes: readonly Route[]) => routes.map((route) => [route.path, route] as const);
const isKept = ({ path }: Route) => KEPT.has(plain(path));

type Sender = 'owner' | 'admin';
const ticketOf = async (sender: Sender) =>
  /name="csrf" value="([^"]+)"/.exec((await cast.visitors[sender].visit('/teams/new')).text)?.[1] ?? '';
const endVisitsOf = (sender: Sender) =>
  server.database.db.deleteFrom('portal_sessions').where('account_id', '=', cast.ids[sender]).execute();

/** Sends a form whose visit is over. The sign-in itself goes on, so the person is back without a password. */
async function sendLate(route: Route, csrf: string) {
  const fields = formOf(route, world);
  const secrets = Object.fromEntries([...NEVER_KEPT].map((name) => [name, 'hunter22-hunter22']));
  const response = await cast.visitors[callerOf(route)].request(pathOf(route, world), {
    form: { ...secrets, ...fields, csrf },
  });
  return { fields, response, text: await response.text(), location: response.headers.get('location') };
}

const isStyled = (text: string) => /<link rel="stylesheet" href="\/assets\//.test(text) && /<h1/.test(text);

describe('a form of the portal', () => {
  it('is kept when its session has ended, if somebody typed in it what may be kept', () => {
    const typed = posts.filter(
      (route) =>
        !isKept(route) && Object.keys(route.form ?? {}).some((name) => !NEVER_KEPT.has(name) && !ONE_CLICK.has(name)),
    );
    expect(typed.map(({ path }) => path)).toEqual(['/preferences/language']);
  });

  it.each(named(posts.filter(isKept)))('is back on its page with what was typed: %s', async (_path, route) => {
    const csrf = await ticketOf(callerOf(route));
    await endVisitsOf(callerOf(route));
    const { fields, response, location } = await sendLate(route, csrf);
    expect([response.status, location]).toEqual([303, expect.stringMatching(/^\/sign-in\?to=.*kept%3D/)]);
    const back = await cast.visitors[callerOf(route)].visit(location ?? '');
    expect([back.response.status, back.text.includes('What you typed is back')]).toEqual([200, true]);
    expect(back.text).not.toContain('hunter22');
    const kept = new Set(KEPT.get(plain(route.path)));
    const shown = unescapeHtml(back.text);
    for (const [name, value] of Object.entries(fields)) {
      if (!kept.has(name) || value === '' || CHOICES.has(name)) continue;
      expect([name, shown.includes(`value="${value}"`) || shown.includes(`>${value}<`)]).toEqual([name, true]);
    }
  });

  it.each(named(posts.filter((route) => !isKept(route))))(
    'says on a page with a face that nothing was done: %s',
    async (_path, route) => {
      const csrf = await ticketOf(callerOf(route));
      await endVisitsOf(callerOf(route));
      const { response, text } = await sendLate(route, csrf);
      expect([response.status, text.includes('signed_out'), isStyled(text)]).toEqual([400, true, true]);
      expect(text).not.toContain('hunter22');
    },
  );

  it.each(named(posts))('of another visit is not taken for one of this visit: %s', async (_path, route) => {
    const csrf = await ticketOf(callerOf(route));
    await endVisitsOf(callerOf(route));
    await ticketOf(callerOf(route));
    const { response, text, location } = await sendLate(route, csrf);
    if (isKept(route)) expect([response.status, location]).toEqual([303, expect.stringMatching(/\?kept=/)]);
    else expect([response.status, text.includes('csrf_failed'), isStyled(text)]).toEqual([403, true, true]);
    expect(text).not.toContain('hunter22');
  });
});
