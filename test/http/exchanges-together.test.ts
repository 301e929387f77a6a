import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { decodeJwt } from 'jose';
import { disableClient } from '../../src/clients/lifecycle.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { authorizationUrl, CALLBACK, PKCE } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { statementsDuring } from '../support/statements.ts';
import { post } from '../support/tokens.ts';

let server: TestServer;
let api: Awaited<ReturnType<typeof anApi>>;
beforeAll(async () => {
  server = await startTestServer();
  api = await anApi(server.database);
});
afterAll(() => server.stop());
afterEach(() => {
  jest.restoreAllMocks();
});

type App = Awaited<ReturnType<typeof aClient>>;
type Form = Record<string, string>;

const anApp = (refreshRetrySeconds = 0) =>
  aClient(server.database, {
    type: 'web',
    refreshRetrySeconds,
    subscriptions: [{ api: api.identifier, scopes: ['reports:read'] }],
  });

/** A browser in which a person is signed in, and who it is. */
async function aBrowser() {
  return { browser: new Person(server.issuer), ada: await aPerson(server.database) };
}

async function aCode({ browser, ada }: Awaited<ReturnType<typeof aBrowser>>, app: App): Promise<Form> {
  const wish = { scope: 'openid offline_access reports:read', prompt: 'consent', resource: api.identifier };
  const callback = await browser.authorize(authorizationUrl(server, app, wish), ada);
  const code = callback.searchParams.get('code') ?? '';
  return { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: PKCE.verifier };
}

const refreshForm = (token: string | undefined): Form => ({ grant_type: 'refresh_token', refresh_token: token ?? '' });

async function aRefresh(seat: Awaited<ReturnType<typeof aBrowser>>, app: App): Promise<Form> {
  const { body } = await post(server, '/token', await aCode(seat, app), app);
  return refreshForm(body.refresh_token);
}

/** Sends all of them, and lets none go on from what it has read before all have; `meanwhile` happens in between. */
async function sendTogether(requests: readonly (readonly [App, Form])[], meanwhile: () => Promise<unknown>) {
  const { keyring } = server.app;
  const sign = keyring.sign.bind(keyring);
  const { promise: open, resolve } = Promise.withResolvers<void>();
  let there = 0;
  jest.spyOn(keyring, 'sign').mockImplementation(async (...order) => {
    there += 1;
    if (there === requests.length)
      meanwhile().then(
        () => resolve(),
        () => resolve(),
      );
    await open;
    return sign(...order);
  });
  const answers = await Promise.all(requests.map(([app, form]) => post(server, '/token', form, app)));
  jest.restoreAllMocks();
  return answers;
}

const rotations = async () => {
  const rows = await server.database.db
    .selectFrom('audit_events')
    .select('type')
    .where('type', 'in', ['refresh.rotated', 'code.exchanged'])
    .execute();
  return rows.length;
};

describe('codes and refresh tokens that come at once', () => {
  it('are used up by two statements, and each has its own answer', async () => {
    const [plain, strict, patient, stopped] = [await anApp(), await anApp(), await anApp(60), await anApp()];
    const seat = await aBrowser();
    const other = await aBrowser();
    const [twice, again] = [await aRefresh(seat, strict), await aRefresh(seat, patient)];
    const requests: (readonly [App, Form])[] = [
      [plain, await aRefresh(seat, plain)],
      [patient, await aCode(other, patient)],
      [stopped, await aRefresh(seat, stopped)],
      [strict, twice],
      [patient, again],
      [strict, await aRefresh(other, strict)],
      [strict, twice],
      [patient, again],
      [stopped, await aCode(seat, stopped)],
    ];
    const before = await rotations();
    let answers: Awaited<ReturnType<typeof sendTogether>> = [];
    const statements = await statementsDuring(async () => {
      answers = await sendTogether(requests, () =>
        disableClient(
          server.database.db,
          { clientId: stopped.clientId, reason: 'test' },
          { actor: { type: 'operator' }, now: new Date() },
        ),
      );
    });
    const outcomes = answers.map(({ status, body }) => `${status} ${body.error ?? ''}`.trim());
    const [a, b, c, d, e, f, g, h, i] = outcomes;
    expect([a, b, f]).toEqual(['200', '200', '200']);
    // Of an app that was stopped after they were read.
    expect([c, i]).toEqual(['401 invalid_client', '401 invalid_client']);
    // One uses it, and to the other it is a used one: the family ends, or inside the retry window the answer is the same.
    expect([d, g].sort()).toEqual(['200', '400 invalid_grant']);
    expect([e, h]).toEqual(['200', '200']);
    expect(answers[4]?.text).toBe(answers[7]?.text);
    const together = statements.filter((text) => text.includes('free.consumed_at'));
    expect(together).toHaveLength(1);

    const people = [seat.ada, other.ada, undefined, seat.ada, seat.ada, other.ada, seat.ada, seat.ada];
    for (const [place, { status, body }] of answers.entries()) {
      if (status !== 200) continue;
      const [app] = requests[place] as readonly [App, Form];
      expect(decodeJwt(body.access_token ?? '')).toMatchObject({
        client_id: app.clientId,
        sub: people[place]?.account.id,
      });
    }
    // Two of each pair are one.
    expect(await rotations()).toBe(before + 5);
    const live = [0, 1, 4, 5].map(
      (place) => [requests[place]?.[0] as App, answers[place]?.body.refresh_token] as const,
    );
    expect(new Set(live.map(([, token]) => token)).size).toBe(4);
    for (const [app, token] of live) expect((await post(server, '/token', refreshForm(token), app)).status).toBe(200);
    const ended = answers[3]?.status === 200 ? answers[3] : answers[6];
    const { body } = await post(server, '/token', refreshForm(ended?.body.refresh_token), strict);
    expect(body.error).toBe('invalid_grant');
  });
});
