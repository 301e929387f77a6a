import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createOutbox } from '../../src/mail/outbox.ts';
import { ROUTES } from '../portal/access/routes.ts';
import { aCast, aWorld, expected, pathOf, type World } from '../portal/access/world.ts';
import { furnish } from '../portal/many-rows.ts';
import { aRobot } from '../support/admin-api.ts';
import { aPerson } from '../support/factories.ts';
import { copiesOf, unescapeHtml } from '../support/html.ts';
import { Person } from '../support/person.ts';
import { aVisitor } from '../support/portal.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { aMember, aTeam } from '../support/teams.ts';

const PATH = '/auth';
/** Pages that nothing in the world leads to: after a form, for more than one scope, of a suspended team, of a branding that was set, for those who build pages. */
const UNLINKED = new Set([
  '/apps/{app}/credential',
  '/subscriptions/{subscription}/narrow',
  '/teams/{team}/resume',
  '/operator/branding/reset',
  // For who has a second factor.
  '/account/factors/totp/remove',
  '/account/factors/recovery-codes',
  '/development/components',
]);

let server: TestServer;
let origin: string;
beforeAll(async () => {
  server = await startTestServer({ path: PATH });
  origin = new URL(server.issuer).origin;
});
afterAll(() => server.stop());

/** Every address in a page, as a browser resolves it: [what it is for, address]. */
function addressesIn(page: { url: string; text: string }): { name: string; address: URL }[] {
  const attributes = page.text.matchAll(/<([a-z]+)\b[^>]*?\s(href|src|action|formaction)="([^"]*)"/g);
  return [...attributes].map(([, tag, name, value = '']) => ({
    name: `${tag} ${name}`,
    address: new URL(unescapeHtml(value), page.url),
  }));
}

/** A page's path with the names of what the world has in place of their ids. */
function kindOf(url: string, world: World): string {
  return Object.entries(world).reduce((path, [name, id]) => path.replace(id, `{${name}}`), new URL(url).pathname);
}

describe('the portal below a path', () => {
  it('sends a stranger to sign in and back, shows them around, and signs them out', async () => {
    const ada = await aPerson(server.database);
    const visitor = new Person(server.issuer);
    const sent = await visitor.request('/apps?search=x');
    expect([sent.status, sent.headers.get('location')]).toEqual([303, '/auth/sign-in?to=%2Fapps%3Fsearch%3Dx']);
    const page = await visitor.submit(await visitor.visit('/apps?search=x'), '/sign-in', ada);
    expect([page.response.status, page.url]).toEqual([200, `${server.issuer}/apps?search=x`]);
    const out = await visitor.submit(await visitor.visit('/'), '/sign-out');
    const bye = await visitor.submit(out, '/session/end/confirm', { logout: 'yes' });
    expect([bye.response.status, bye.url]).toEqual([200, `${server.issuer}/`]);
    expect(bye.text).toContain('href="/auth/sign-in"');
  });

  it('takes a form from its own origin, and from no other', async () => {
    const visitor = await aVisitor(server);
    const page = await visitor.visit('/teams/new');
    const [, csrf = ''] = /name="csrf" value="([^"]+)"/.exec(page.text) ?? [];
    const send = async (from: string) => {
      const form = { csrf, name: 'Analysts of the north' };
      const answer = await visitor.request('/teams', { form, headers: { origin: from } });
      return [answer.status, answer.headers.get('location')?.replace(/team_\w+/, 'ID')];
    };
    expect(await send('https://example.com')).toEqual([403, undefined]);
    expect(await send(origin)).toEqual([303, '/auth/teams/ID']);
  });

  it('makes an app whose lines to copy name the issuer with its path', async () => {
    const visitor = await aVisitor(server);
    const page = await visitor.submit(await visitor.visit('/apps/new'), '/apps', { type: 'machine', name: 'Robot' });
    expect(page.url).toMatch(new RegExp(`^${server.issuer}/apps/app_\\w+/credential$`));
    const copies = Object.values(copiesOf(page.text)).join('\n');
    expect(copies).toContain(server.issuer);
    expect(copies.replaceAll(server.issuer, '')).not.toContain(origin);
    const leaving = addressesIn(page).filter(({ address }) => !address.href.startsWith(`${server.issuer}/`));
    expect(leaving).toEqual([]);
  });

  it('has no link, form or asset that leaves the path, on any page that is reachable from its home', async () => {
    const cast = await aCast(server);
    const world = await aWorld(server, cast);
    await furnish(server.database.db, world, cast.ids);
    const leaving: string[] = [];
    const assets = new Set<string>();
    for (const caller of ['owner', 'admin'] as const) {
      const pages = ROUTES.filter((route) => route.method === 'GET' && expected(route, caller) === 'in');
      const unlinked = pages.filter(({ path }) => UNLINKED.has(path)).map((route) => pathOf(route, world));
      const reached = new Set(['/', '/api/v1/docs', ...unlinked].map((path) => server.issuer + path));
      const kinds = new Set<string>();
      for (const url of reached) {
        const page = await cast.visitors[caller].visit(url);
        expect([url, page.response.status, page.text.includes('[object ')]).toEqual([url, 200, false]);
        kinds.add(kindOf(url, world));
        for (const { name, address } of addressesIn(page)) {
          if (address.origin !== origin) continue;
          if (!address.pathname.startsWith(`${PATH}/`)) leaving.push(`${page.url}: ${name} ${address}`);
          // Pages of the documentation lead to many more of their kind.
          if (address.pathname.startsWith(`${PATH}/docs/`) && page.url.startsWith(`${server.issuer}/docs/`)) continue;
          const target = address.href.replace(/#.*/, '');
          if (target.includes('/assets/')) assets.add(target);
          // A few pages of each kind show all that the kind has; a list in another order has nothing else.
          else if (name === 'a href' && reached.size < 300 && !target.includes('sort=')) reached.add(target);
        }
      }
      // The walk was no short one: every page of the portal that this person may see was among them.
      expect(pages.map(({ path }) => PATH + path).filter((path) => !kinds.has(path))).toEqual([]);
    }
    expect(leaving).toEqual([]);
    expect(assets.size).toBeGreaterThan(3);
    for (const asset of assets) expect([asset, (await fetch(asset)).status]).toEqual([asset, 200]);
  });

  it('mails and shows invitations with a link below the path, which works', async () => {
    const team = await aTeam(server);
    const owner = await aVisitor(server, await aMember(server, { team: team.id, role: 'owner' }));
    const fields = { email: 'mary@example.org', role: 'developer' };
    const page = await owner.submit(await owner.visit(`/teams/${team.id}`), '/invitations', fields);
    const [, code = ''] = new RegExp(`${server.issuer}/join#code=(lki_[\\w-]+)`).exec(page.text) ?? [];
    const { db } = server.database;
    const mail = db.selectFrom('mail_outbox').selectAll().where('recipient', '=', fields.email);
    const outbox = createOutbox(server.secrets.masterKeys, server.issuer);
    expect(outbox.open(await mail.executeTakeFirstOrThrow())).toContain(`\n${server.issuer}/join#code=${code}\n`);
    const mary = new Person(server.issuer);
    const form = await mary.submit(await mary.visit('/join'), '/join/code', { code });
    expect([form.response.status, form.text.includes('action="/auth/join"')]).toEqual([200, true]);
    const account = {
      name: 'Mary Somerville',
      password: 'correct horse battery staple',
      repeated: 'correct horse battery staple',
    };
    const joined = await mary.submit(form, '/join', account);
    expect([joined.response.status, joined.url]).toEqual([200, `${server.issuer}/join/done`]);
  });
});

describe('the admin API below a path', () => {
  it('takes tokens for its address, and names addresses with the path', async () => {
    const robot = await aRobot(server, ['teams:write', 'teams:read']);
    const made = await robot.call('POST', '/teams', { name: 'Billing' });
    expect([made.status, made.headers.get('location')]).toEqual([201, `/auth/api/v1/teams/${made.body.id}`]);
    const refused = await robot.call('GET', '/apps');
    expect([refused.status, refused.body.type]).toEqual([403, `${server.issuer}/api/v1/docs#insufficient_scope`]);
    const outside = await fetch(`${origin}/api/v1/teams`, { headers: { authorization: `Bearer ${robot.token}` } });
    expect(outside.status).toBe(404);
  });

  it('has its document and its page of documentation there', async () => {
    const document = (await (await fetch(`${server.issuer}/api/v1/openapi.json`)).json()) as Record<string, never>;
    expect(document).toMatchObject({ servers: [{ url: `${server.issuer}/api/v1` }] });
    const addresses = JSON.stringify(document).match(new RegExp(`${origin}[^"\\s\\\\#\`]*`, 'g')) ?? [];
    expect(addresses.filter((address) => !address.startsWith(server.issuer))).toEqual([]);
    const page = await (await fetch(`${server.issuer}/api/v1/docs`)).text();
    expect(page).toContain('href="/auth/api/v1/openapi.json"');
    expect(unescapeHtml(page.replace(/<\/?span[^>]*>/g, ''))).toContain(`curl -s '${server.issuer}/token'`);
  });
});
