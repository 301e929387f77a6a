import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { checkPassword } from '../../src/accounts/accounts.ts';
import { requireNewPassword } from '../../src/accounts/from-above.ts';
import { setPlatformRole } from '../../src/accounts/platform-roles.ts';
import { createOutbox } from '../../src/mail/outbox.ts';
import { commandLineOf } from '../cli/in-process.ts';
import { aRobot } from '../support/admin-api.ts';
import { aClient, aPerson } from '../support/factories.ts';
import { firstStep, withTotp } from '../support/factors.ts';
import { lastCode, mailsTo } from '../support/links.ts';
import { Person } from '../support/person.ts';
import { aVisitor } from '../support/portal.ts';
import { authorizationRequest, CALLBACK, discover } from '../support/relying-app.ts';
import { byOperator } from '../support/roles.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let robot: Awaited<ReturnType<typeof aRobot>>;
beforeAll(async () => {
  // No mail goes out here: administrators hand links over.
  server = await startTestServer();
  robot = await aRobot(server, ['users:read', 'users:write']);
});
afterAll(() => server.stop());

const NEW = 'seven hills behind the harbor';
const opens = async (email: string, password: string) => (await checkPassword(server.database.db, email, password)).ok;
const codeIn = (text: string) => /#code=(lkl_[\w-]{43})/.exec(text)?.[1] ?? '';

async function anAdmin() {
  const admin = await aPerson(server.database);
  await setPlatformRole(server.database.db, { accountId: admin.account.id, role: 'admin' }, byOperator());
  return aVisitor(server, admin);
}

async function reset(code: string) {
  const person = new Person(server.issuer);
  const page = await person.submit(await person.visit('/reset'), '/reset/code', { code });
  return person.submit(page, '/reset', { password: NEW });
}

const eventsOf = (id: string, type: string) =>
  server.database.db
    .selectFrom('audit_events')
    .select(['actor_type'])
    .where('account_id', '=', id)
    .where('type', '=', type)
    .execute();

describe('an administrator who gives somebody a link for a new password', () => {
  it('J13: hands it over: it works once, for a day, and the person is told when it was used', async () => {
    const ada = await aPerson(server.database);
    const { status, body } = await robot.call('POST', `/users/${ada.account.id}/reset-link`, { by: 'hand' });
    expect([status, await mailsTo(server, ada.email)]).toEqual([200, []]);
    const lives = new Date(String(body.expires_at)).getTime() - Date.now();
    expect(Math.round(lives / 3_600_000)).toBe(24);
    const code = codeIn(String(body.url));
    expect((await reset(code)).response.status).toBe(200);
    expect(await opens(ada.email, NEW)).toBe(true);
    expect((await mailsTo(server, ada.email))[0]?.subject).toContain('password on Latchkey was changed');
    expect(await eventsOf(ada.account.id, 'account.reset_given')).toEqual([{ actor_type: 'client' }]);
    await expect(reset(code)).rejects.toThrow('no form');
  });

  it('has it sent by mail', async () => {
    const ada = await aPerson(server.database);
    const { body } = await robot.call('POST', `/users/${ada.account.id}/reset-link`, { by: 'mail' });
    expect(body.url).toBeNull();
    expect((await reset(await lastCode(server, ada.email))).response.status).toBe(200);
  });

  it('sees it once in the portal', async () => {
    const admin = await anAdmin();
    const ada = await aPerson(server.database);
    const page = `/operator/people/${ada.account.id}`;
    const shown = await admin.submit(await admin.visit(page), '/reset-link');
    expect((await reset(codeIn(shown.text))).response.status).toBe(200);
    expect((await admin.visit(page)).text).not.toContain('lkl_');
  });

  it('prints it at the command line', async () => {
    const { answer } = commandLineOf(server);
    const ada = await aPerson(server.database);
    const { url } = await answer<{ url: string }>(['user', 'reset-link', ada.email]);
    expect((await reset(codeIn(url))).response.status).toBe(200);
    expect(await answer(['user', 'reset-link', ada.email, '--mail'])).toMatchObject({ id: ada.account.id, url: null });
  });

  it('cannot give one to somebody who is stopped', async () => {
    const ada = await aPerson(server.database);
    await robot.call('POST', `/users/${ada.account.id}/disable`, { reason: 'left' });
    const { status, body } = await robot.call('POST', `/users/${ada.account.id}/reset-link`, { by: 'hand' });
    expect([status, body.code]).toEqual([409, 'conflict']);
  });
});

describe('a person who has to choose a new password', () => {
  async function asked() {
    const ada = await aPerson(server.database);
    const outbox = createOutbox(server.secrets.masterKeys, server.issuer);
    await requireNewPassword(server.database.db, outbox, ada.account.id, byOperator());
    return ada;
  }

  it('J13: gives the second factor first, before the new password and after it', async () => {
    const ada = await asked();
    const code = await withTotp(server, ada);
    const person = new Person(server.issuer);
    const page = await firstStep(person, '/sign-in', ada);
    expect([page.url.endsWith('/second-step'), page.text.includes('name="password"')]).toEqual([true, false]);
    await expect(person.submit(page, '/new-password', { password: NEW })).rejects.toThrow('no form');
    const address = page.url.replace('/second-step', '/new-password');
    expect((await person.visit(address)).text).not.toContain('lkl_');
    const chosen = await person.submit(page, '/second-step', { code: code() });
    expect(chosen.url).toBe(address);
    expect(await eventsOf(ada.account.id, 'account.signed_in')).toEqual([]);
    const again = await person.submit(chosen, '/new-password', { password: NEW });
    expect([await opens(ada.email, NEW), again.url.endsWith('/second-step')]).toEqual([true, true]);
    const signedIn = await person.submit(again, '/second-step', { code: code(1) });
    expect(signedIn.url).toBe(`${server.issuer}/`);
    expect(await eventsOf(ada.account.id, 'account.signed_in')).toEqual([{ actor_type: 'account' }]);
  });

  it('J05: chooses it on the way to an app, after giving the present one, and is told by mail', async () => {
    const ada = await asked();
    expect((await mailsTo(server, ada.email))[0]?.text).toContain('asks you for a new password');
    const app = await aClient(server.database, { type: 'web' });
    const person = new Person(server.issuer);
    const { url } = await authorizationRequest(await discover(server, app));
    const page = await person.submit(await person.visit(url.href), '/sign-in', ada);
    expect([page.leftTo, page.text.includes('Your password was right')]).toEqual([undefined, true]);
    const same = await person.submit(page, '/new-password', { password: ada.password });
    expect([same.response.status, same.text.includes('This is your current password')]).toEqual([400, true]);
    const weak = await person.submit(same, '/new-password', { password: 'passwordpassword' });
    expect([weak.response.status, weak.text.includes('guessed first')]).toEqual([400, true]);
    let next = await person.submit(weak, '/new-password', { password: NEW });
    if (!next.leftTo) next = await person.submit(next, '/consent');
    expect(next.leftTo?.href.startsWith(`${CALLBACK}?code=`)).toBe(true);
    expect([await opens(ada.email, NEW), await opens(ada.email, ada.password)]).toEqual([true, false]);
    // Once is enough.
    const later = new Person(server.issuer);
    await later.submit(await later.visit('/sign-in'), '/sign-in', { email: ada.email, password: NEW });
    expect((await later.request('/account')).status).toBe(200);
  });

  it('is not let past it: no session starts, and a code of their own opens it once', async () => {
    const ada = await asked();
    const person = new Person(server.issuer);
    const page = await person.submit(await person.visit('/sign-in'), '/sign-in', ada);
    expect((await person.request('/account')).status).toBe(303);
    await person.submit(page, '/new-password', { password: NEW });
    const again = await person.submit(page, '/new-password', { password: `${NEW} again` });
    expect([again.response.status, await opens(ada.email, NEW)]).toEqual([400, true]);
  });

  it('is asked by portal, admin API and command line alike', async () => {
    const admin = await anAdmin();
    const people = [await aPerson(server.database), await aPerson(server.database), await aPerson(server.database)];
    const [first, second, third] = people.map(({ account }) => account.id);
    await admin.submit(await admin.visit(`/operator/people/${first}/new-password`), '/new-password');
    expect((await robot.call('POST', `/users/${second}/require-new-password`)).status).toBe(204);
    await commandLineOf(server).answer(['user', 'require-new-password', String(third)]);
    const { db } = server.database;
    const rows = db
      .selectFrom('accounts')
      .select('new_password_since')
      .where('id', 'in', [first, second, third].map(String));
    expect((await rows.execute()).filter(({ new_password_since: since }) => since !== null)).toHaveLength(3);
    for (const id of [first, second, third]) {
      expect(await eventsOf(String(id), 'account.new_password_required')).toHaveLength(1);
    }
  });
});

describe('an administrator who sees where somebody is signed in', () => {
  it('J21: ends one session, and the person is told', async () => {
    const ada = await aPerson(server.database);
    const [here, there] = [await aVisitor(server, ada), await aVisitor(server, ada)];
    const { body } = await robot.call('GET', `/users/${ada.account.id}/sessions`);
    expect(body.data).toHaveLength(2);
    const path = `/users/${ada.account.id}/sessions/${body.data[0].id}`;
    expect((await robot.call('DELETE', path)).status).toBe(204);
    expect((await robot.call('DELETE', path)).status).toBe(404);
    const left = [await here.request('/account'), await there.request('/account')].map(({ status }) => status);
    expect(left.sort()).toEqual([200, 303]);
    expect((await mailsTo(server, ada.email))[0]?.text).toContain('signed you out in one browser');
  });

  it('ends them in the portal and at the command line', async () => {
    const admin = await anAdmin();
    const { answer } = commandLineOf(server);
    const ada = await aPerson(server.database);
    const visitors = [await aVisitor(server, ada), await aVisitor(server, ada), await aVisitor(server, ada)];
    const page = await admin.visit(`/operator/people/${ada.account.id}/sessions`);
    await admin.submit(page, '/end');
    const [one] = await answer<{ id: string }[]>(['user', 'sessions', ada.email]);
    await answer(['user', 'sign-out', ada.email, '--session', String(one?.id)]);
    expect(await answer(['user', 'sessions', ada.email])).toHaveLength(1);
    await answer(['user', 'sign-out', ada.email]);
    const statuses = await Promise.all(visitors.map(async (visitor) => (await visitor.request('/account')).status));
    expect(statuses).toEqual([303, 303, 303]);
    expect(await mailsTo(server, ada.email)).toHaveLength(3);
  });
});
