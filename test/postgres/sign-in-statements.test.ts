import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { authorizationUrl } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { statementsDuring } from '../support/statements.ts';

/** What the server looks at from time to time, whoever asks, and what it writes of usage. */
const WATCHING = /from "?(settings|revocations|signing_keys)|from apis where signing_alg|request_log|usage_/;
const WRITING = /^(insert|update|delete)|(with .*\b(insert into|update|delete from)\b)|\/\* prepared \*\/ insert/is;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

/** Statements besides BEGIN and COMMIT, those for the limits apart, and commits that write. */
async function count(act: () => Promise<unknown>) {
  const all = (await statementsDuring(act)).map((text) => text.trim()).filter((text) => !WATCHING.test(text));
  let [within, commits] = [false, 0];
  for (const text of all) {
    if (/^begin/i.test(text)) within = true;
    else if (/^commit/i.test(text)) {
      within = false;
      commits += 1;
    } else if (!within && WRITING.test(text)) commits += 1;
  }
  const statements = all.filter((text) => !/^(begin|commit)/i.test(text));
  const limits = statements.filter((text) => text.includes('throttles')).length;
  return { statements: statements.length - limits, commits: commits - limits, limits };
}

describe('sign-in, consent and code', () => {
  it('take so many statements and commits', async () => {
    const api = await anApi(server.database);
    const app = await aClient(server.database, {
      type: 'web',
      subscriptions: [{ api: api.identifier, scopes: ['reports:read'] }],
    });
    const ada = await aPerson(server.database);
    const wish = authorizationUrl(server, app, {
      scope: 'openid offline_access reports:read',
      prompt: 'consent',
      resource: api.identifier,
    });
    // Whatever is remembered of the app is remembered then.
    await new Person(server.issuer).visit(wish);
    const browser = new Person(server.issuer);
    let page = { url: '', text: '' };
    let end: URL | undefined;
    const asked = await count(async () => {
      page = await browser.visit(wish);
    });
    const signedIn = await count(async () => {
      page = await browser.submit(page, '/sign-in', ada);
    });
    const agreed = await count(async () => {
      end = (await browser.submit(page, '/consent')).leftTo;
    });
    expect(end?.searchParams.get('code')).toBeTruthy();
    expect({ asked, signedIn, agreed }).toEqual({
      asked: { statements: 3, commits: 1, limits: 0 },
      signedIn: { statements: 17, commits: 4, limits: 6 },
      agreed: { statements: 21, commits: 6, limits: 0 },
    });
  });
});
