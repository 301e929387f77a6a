import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createOutbox } from '../../src/mail/outbox.ts';
import { invite } from '../../src/teams/invitations.ts';
import { aRobot } from '../support/admin-api.ts';
import { connect, enterCode, poll, startDevice } from '../support/device.ts';
import { dumpOf, formsOf } from '../support/dump.ts';
import { aClient, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { aVisitor } from '../support/portal.ts';
import { authorizationUrl, signIn } from '../support/relying-app.ts';
import { byOperator } from '../support/roles.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { aMember, aTeam } from '../support/teams.ts';

let server: TestServer;
let dump: string;

/** Values that open something, by what they are. */
const opens = new Map<string, string>();
const note = (what: string, value: string | undefined) => {
  expect(`${what} ${(value ?? '').length > 8}`).toBe(`${what} true`);
  opens.set(what, value ?? '');
};
const hidden = (text: string, name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(text)?.[1];

beforeAll(async () => {
  server = await startTestServer();
  await leaveFormsOpen();
  await leaveDevices();
  await leaveAnswers();
  dump = (await dumpOf(server)).text;
});
afterAll(() => server.stop());

/** Forms of the provider's that somebody has before them: what they hold is in the session. */
async function leaveFormsOpen() {
  const ada = await aPerson(server.database);
  const bob = await aPerson(server.database);
  const app = await aClient(server.database, {
    type: 'web',
    postLogoutRedirectUris: ['https://app.example.com/bye'],
  });
  const { person: signingOut, tokens } = await signIn(server, app, ada);
  const bye = { post_logout_redirect_uri: 'https://app.example.com/bye', state: 'the-state-of-a-sign-out' };
  const page = await signingOut.visit(
    `/session/end?${new URLSearchParams({ id_token_hint: tokens.id_token ?? '', ...bye })}`,
  );
  note('secret of a sign-out form', hidden(page.text, 'xsrf'));
  note('state of a sign-out', bye.state);

  // Another person signs in: the way back to this interaction is kept while the one before is signed out.
  const { person: shared } = await signIn(server, app, ada);
  const asked = await shared.visit(authorizationUrl(server, app, { prompt: 'login' }));
  note('interaction id', new URL(asked.url).pathname.split('/')[2]);
  note('secret of the form of an interaction', hidden(asked.text, 'csrf'));
  const changing = await shared.submit(asked, '/sign-in', bob);
  note('secret of the form that signs the first out', hidden(changing.text, 'xsrf'));
  for (const [name, value] of shared.cookies()) note(`cookie ${name}`, value);

  // Somebody is on the way into the portal.
  const visitor = new Person(server.issuer);
  const portal = await visitor.visit('/sign-in?to=%2Fapps%3Fsearch%3Dsomething');
  note('interaction id of the portal', new URL(portal.url).pathname.split('/')[2]);
  note('where to go back to', 'search=something');
  for (const [name, value] of visitor.cookies()) note(`cookie ${name} of the portal`, value);
}

async function leaveDevices() {
  const ada = await aPerson(server.database);
  const device = await aClient(server.database, { type: 'device' });
  const first = await startDevice(server, device);
  await connect(new Person(server.issuer), first.user_code, ada);
  const hint = (await poll(server, device, first)).body.id_token ?? '';
  note('ID token of a device', hint);
  note('signature of it', hint.split('.')[2]);
  const second = await startDevice(server, device, { id_token_hint: hint });
  const browser = new Person(server.issuer);
  const page = await enterCode(browser, second.user_code);
  note('secret of the form of a device', hidden(page.text, 'xsrf'));
  note('user code', second.user_code.replaceAll('-', ''));
  await browser.submit(page, '/device', { confirm: 'yes' });
  for (const [name, value] of browser.cookies()) note(`cookie ${name} of a device`, value);
}

/** What is kept to be answered again, shown once, or sent. */
async function leaveAnswers() {
  const robot = await aRobot(server, ['apps:read', 'apps:write']);
  const app = await aClient(server.database, { type: 'machine' });
  const key = { 'idempotency-key': 'key-of-a-new-secret' };
  const made = await robot.call('POST', `/apps/${app.clientId}/secrets`, { name: 'second' }, key);
  note('secret that can be asked for again', made.body.value);
  note('Idempotency-Key', key['idempotency-key']);

  const team = await aTeam(server);
  const grace = await aMember(server, { team: team.id, role: 'owner' });
  const outbox = createOutbox(server.secrets.masterKeys, server.issuer);
  const invitation = { email: 'hedy@example.com', teamId: team.id, role: 'viewer' } as const;
  note('code of an invitation', (await invite(server.database.db, outbox, invitation, byOperator())).code);

  // A secret that the next page is going to show.
  const visitor = await aVisitor(server, grace);
  const mine = await aClient(server.database, { type: 'machine', team: team.id });
  const form = await visitor.visit(`/apps/${mine.clientId}/secrets/new`);
  const csrf = hidden(form.text, 'csrf') ?? '';
  note('secret of the forms of a visit', csrf);
  const sent = await visitor.request(`/apps/${mine.clientId}/secrets`, { form: { csrf, name: 'shown once' } });
  expect(sent.status).toBe(303);
  const { sealed_flash: flash } = await server.database.db
    .selectFrom('portal_sessions')
    .select('sealed_flash')
    .where('sealed_flash', 'is not', null)
    .executeTakeFirstOrThrow();
  expect(flash?.length).toBeGreaterThan(40);
}

it('holds nothing that opens something else, in any readable form', () => {
  const readable = [...opens].filter(([, value]) => formsOf(value).some((form) => dump.includes(form)));
  expect(readable.map(([what]) => what)).toEqual([]);
});

/** Of each model what is kept in clear: names and times. A field that is not here has to be thought about first. */
const OF_TOKENS = ['accountId', 'clientId', 'exp', 'grantId', 'iat', 'kind', 'scope', 'sessionUid'];
const OF_SIGN_IN = ['acr', 'amr', 'authTime', 'expiresWithSession', 'nonce', 'sid'];
const IN_CLEAR: Record<string, readonly string[]> = {
  AccessToken: [...OF_TOKENS, 'expiresWithSession', 'extra', 'gty'],
  // The challenge is a hash of what the app holds (RFC 7636 §4.2).
  AuthorizationCode: [...OF_TOKENS, ...OF_SIGN_IN, 'codeChallenge', 'codeChallengeMethod', 'redirectUri'],
  // Of an id_token_hint in `params` the signature is gone.
  DeviceCode: [...OF_TOKENS, ...OF_SIGN_IN, 'deviceInfo', 'error', 'errorDescription', 'inFlight', 'params'],
  Grant: ['accountId', 'clientId', 'exp', 'iat', 'kind', 'openid', 'resources'],
  // Under keys from the ids, which only their browsers and apps have.
  Interaction: ['sealed'],
  PushedAuthorizationRequest: ['sealed'],
  RefreshToken: [...OF_TOKENS, ...OF_SIGN_IN, 'gty', 'iiat', 'resource', 'rotations'],
  // Its uid opens nothing; its form under way is sealed.
  Session: [
    'accountId',
    'acr',
    'amr',
    'authorizations',
    'exp',
    'from',
    'iat',
    'kind',
    'loginTs',
    'sealed',
    'seenAt',
    'uid',
  ],
};

it('holds of each model just what is known to open nothing', () => {
  const rows = [...dump.matchAll(/^artifacts (.*)$/gm)].map(
    ([, line]) => JSON.parse(line ?? '') as { model: string; payload: object },
  );
  const unknown = rows.flatMap(({ model, payload }) =>
    Object.keys(payload).flatMap((field) => (IN_CLEAR[model]?.includes(field) ? [] : [`${model}.${field}`])),
  );
  expect([...new Set(unknown)]).toEqual([]);
  const models = new Set(rows.map(({ model }) => model));
  expect([...models].sort()).toEqual(expect.arrayContaining(['DeviceCode', 'Grant', 'Interaction', 'Session']));
  expect(rows.some(({ model, payload }) => model === 'Session' && 'sealed' in payload)).toBe(true);
});
