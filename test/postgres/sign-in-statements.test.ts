import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { authorizationUrl } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { statementsDuring } from '../support/statements.ts';

/** What a sign-in is about; usage, and what the server looks at from time to time, are written and read by whoever comes by. */
const ABOUT_IT = /\b(artifacts|accounts|consents|client_logos|audit_events|throttles)\b|api_scopes/;
const BACKGROUND = /from apis where signing_alg|delete from "artifacts"/;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const WRITES = /\b(insert into|update \w+ set|delete from)\b/i;

/** Statements besides BEGIN and COMMIT, and transactions that write something. */
async function count(act: () => Promise<unknown>) {
  const statements = (await statementsDuring(act)).filter((text) => !BACKGROUND.test(text));
  const about = statements.filter((text) => ABOUT_IT.test(text));
  let isOpen = false;
  let commits = 0;
  for (const text of statements) {
    if (text === 'begin') isOpen = true;
    else if (text === 'commit') isOpen = false;
    if (text === 'commit' || (!isOpen && ABOUT_IT.test(text) && WRITES.test(text))) commits += 1;
  }
  return { statements: about.length, commits };
}

type Round = Awaited<ReturnType<typeof signInOnce>>;

/** Counts each step of a browser in which nobody has signed in. */
async function signInOnce(wish: string, ada: Awaited<ReturnType<typeof aPerson>>) {
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
  return { asked, signedIn, agreed };
}

describe('sign-in, consent and code', () => {
  it('take so many statements', async () => {
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
    // At times the app is read anew beside a step; what belongs to the step is there every time.
    // The first time there is no earlier consent to read.
    await signInOnce(wish, ada);
    const rounds: Round[] = [];
    while (rounds.length < 6) rounds.push(await signInOnce(wish, ada));
    const least = (step: keyof Round) => ({
      statements: Math.min(...rounds.map((round) => round[step].statements)),
      commits: Math.min(...rounds.map((round) => round[step].commits)),
    });
    expect({ asked: least('asked'), signedIn: least('signedIn'), agreed: least('agreed') }).toEqual({
      asked: { statements: 3, commits: 1 },
      signedIn: { statements: 9, commits: 3 },
      agreed: { statements: 8, commits: 2 },
    });
  });
});
