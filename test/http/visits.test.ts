import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { aClient, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { authorizationUrl } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await sql`create function fail() returns trigger language plpgsql as
    $$ begin raise exception 'injected' using errcode = '57014'; end $$`.execute(server.database.db);
});
afterAll(() => server.stop());

/** PostgreSQL cancels every statement that saves such an artifact, until told otherwise. */
async function failToSave(model: string): Promise<() => Promise<unknown>> {
  const { db } = server.database;
  await sql
    .raw(
      `create trigger fail before insert on artifacts for each row when (new.model = '${model}') execute function fail()`,
    )
    .execute(db);
  return () => sql`drop trigger fail on artifacts`.execute(db);
}

const artifacts = async () => {
  const rows = await server.database.db.selectFrom('artifacts').select(['model', 'payload']).execute();
  return rows.map((row) => JSON.stringify(row)).sort();
};

async function aVisit() {
  const app = await aClient(server.database, { type: 'web' });
  const ada = await aPerson(server.database);
  const browser = new Person(server.issuer);
  const page = await browser.visit(authorizationUrl(server, app, { scope: 'openid', prompt: 'consent' }));
  return { ada, browser, page };
}

describe('when what a browser’s request saves cannot be written', () => {
  it('a code is not sent, nothing of the request is there, and the browser gets its code when it asks again', async () => {
    const { ada, browser, page } = await aVisit();
    const consent = await browser.submit(page, '/sign-in', ada);
    const end = await failToSave('AuthorizationCode');
    const cookies = browser.cookies();
    const failed = await browser.submit(consent, '/consent');
    const before = await artifacts();
    const again = await browser.visit(failed.url);
    await end();
    expect([failed.response.status, failed.leftTo]).toEqual([503, undefined]);
    expect([again.response.status, again.leftTo]).toEqual([503, undefined]);
    expect(again.response.headers.getSetCookie()).toEqual([]);
    expect(browser.cookies()).toEqual(cookies);
    expect(await artifacts()).toEqual(before);
    const { leftTo } = await browser.visit(failed.url);
    expect(leftTo?.searchParams.get('code')).toBeTruthy();
  });

  it('nobody is signed in, and the form works when it is sent again', async () => {
    const { ada, browser, page } = await aVisit();
    const before = await artifacts();
    const end = await failToSave('Interaction');
    const { response } = await browser.submit(page, '/sign-in', ada);
    await end();
    expect([response.status, response.headers.get('location')]).toEqual([503, null]);
    expect(await artifacts()).toEqual(before);
    const consent = await browser.submit(page, '/sign-in', ada);
    expect(consent.text).toContain('/consent"');
  });
});
