import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { calculateJwkThumbprint, decodeJwt, exportJWK } from 'jose';
import * as client from 'openid-client';
import { aDpopKey, type DpopKey, hashOfToken, proofOf } from '../support/dpop.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { authorizationParameters, authorizationUrl, CALLBACK, discover, PKCE } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { basic, type TokenBody } from '../support/tokens.ts';

let server: TestServer;
let api: Awaited<ReturnType<typeof anApi>>;
let ada: Awaited<ReturnType<typeof aPerson>>;
let key: DpopKey;

beforeAll(async () => {
  server = await startTestServer();
  api = await anApi(server.database);
  ada = await aPerson(server.database);
  key = await aDpopKey();
});
afterAll(() => server.stop());

type App = Awaited<ReturnType<typeof aClient>>;
const subscriptions = () => [{ api: api.identifier, scopes: ['reports:read'] }];
const aMachine = () => aClient(server.database, { type: 'machine', subscriptions: subscriptions() });
const aWebApp = () => aClient(server.database, { type: 'web', subscriptions: subscriptions() });
const TOKEN = () => ({ method: 'POST', url: `${server.issuer}/token` });
const ME = () => ({ method: 'GET', url: `${server.issuer}/me` });

async function request(path: string, form: Record<string, string>, app: App, proof?: string) {
  const authorization = app.clientSecret ? { authorization: basic(app) } : {};
  const headers = { ...authorization, ...(proof === undefined ? {} : { dpop: proof }) };
  const response = await fetch(server.issuer + path, { method: 'POST', headers, body: new URLSearchParams(form) });
  return { status: response.status, body: (await response.json()) as TokenBody & { request_uri?: string } };
}

const machineToken = (app: App, proof?: string) => request('/token', { grant_type: 'client_credentials' }, app, proof);

async function userInfo(scheme: string, accessToken: string, proof?: string) {
  const headers = { authorization: `${scheme} ${accessToken}`, ...(proof === undefined ? {} : { dpop: proof }) };
  const response = await fetch(ME().url, { headers });
  return { status: response.status, challenge: response.headers.get('www-authenticate') ?? '' };
}

async function codeForm(app: App, changes: Record<string, string> = {}) {
  const callback = await new Person(server.issuer).authorize(authorizationUrl(server, app, changes), ada);
  const code = callback.searchParams.get('code') ?? '';
  return { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: PKCE.verifier };
}

describe('DPoP with a real client', () => {
  it.each(['ES256', 'ES384', 'ES512', 'PS256', 'RS256', 'Ed25519'])(
    'G08: binds what client credentials give, with %s',
    async (alg) => {
      const app = await aMachine();
      const configuration = await discover(server, app);
      expect(configuration.serverMetadata().dpop_signing_alg_values_supported).toContain(alg);
      const keys = await client.randomDPoPKeyPair(alg);
      const DPoP = client.getDPoPHandle(configuration, keys);
      const tokens = await client.clientCredentialsGrant(configuration, { resource: api.identifier }, { DPoP });
      expect(tokens.token_type.toLowerCase()).toBe('dpop');
      const jkt = await calculateJwkThumbprint(await exportJWK(keys.publicKey));
      expect(decodeJwt(tokens.access_token).cnf).toEqual({ jkt });
    },
  );
});

const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** What is wrong with a proof, and how it is made. */
const BAD_PROOFS: [string, () => Promise<string>][] = [
  ['no shape', async () => 'x'],
  ['another type', () => proofOf(key, TOKEN(), { header: { typ: 'JWT' } })],
  ['no type', () => proofOf(key, TOKEN(), { header: { typ: undefined } })],
  ['no key', () => proofOf(key, TOKEN(), { header: { jwk: undefined } })],
  ['another key', async () => proofOf(key, TOKEN(), { header: { jwk: (await aDpopKey()).jwk } })],
  ['a private key', async () => proofOf(key, TOKEN(), { header: { jwk: await exportJWK(key.privateKey) } })],
  ['a symmetric key', () => proofOf(key, TOKEN(), { header: { jwk: { kty: 'oct', k: 'c2VjcmV0' } } })],
  ['an algorithm that is not offered', async () => proofOf(await aDpopKey('PS512'), TOKEN())],
  ['no signature', async () => `${(await proofOf(key, TOKEN())).split('.').slice(0, 2).join('.')}.`],
  [
    'the algorithm none',
    async () => {
      const [, payload] = (await proofOf(key, TOKEN())).split('.');
      return `${encode({ alg: 'none', typ: 'dpop+jwt', jwk: key.jwk })}.${payload}.`;
    },
  ],
  [
    'an altered claim',
    async () => {
      const [header, , signature] = (await proofOf(key, TOKEN())).split('.');
      return `${header}.${encode({ jti: 'x', htm: 'POST', htu: TOKEN().url, iat: inSeconds(0) })}.${signature}`;
    },
  ],
  ['no jti', () => proofOf(key, TOKEN(), { claims: { jti: undefined } })],
  ['an empty jti', () => proofOf(key, TOKEN(), { claims: { jti: '' } })],
  ['no iat', () => proofOf(key, TOKEN(), { claims: { iat: undefined } })],
  ['an old iat', () => proofOf(key, TOKEN(), { claims: { iat: inSeconds(-3600) } })],
  ['an iat to come', () => proofOf(key, TOKEN(), { claims: { iat: inSeconds(3600) } })],
  ['no method', () => proofOf(key, TOKEN(), { claims: { htm: undefined } })],
  ['another method', () => proofOf(key, { ...TOKEN(), method: 'GET' })],
  ['a method in lower case', () => proofOf(key, { ...TOKEN(), method: 'post' })],
  ['no address', () => proofOf(key, TOKEN(), { claims: { htu: undefined } })],
  ['another address', () => proofOf(key, { ...TOKEN(), url: `${server.issuer}/me` })],
  ['another host', () => proofOf(key, { ...TOKEN(), url: 'https://evil.example/token' })],
  ['a nonce that nobody gave', () => proofOf(key, TOKEN(), { claims: { nonce: 'made-up' } })],
];

describe('a DPoP proof', () => {
  it.each(BAD_PROOFS)('G07: is refused with %s', async (_what, make) => {
    const { status, body } = await machineToken(await aMachine(), await make());
    expect(status).toBe(400);
    expect(body.error).toBe('invalid_dpop_proof');
    expect(body.access_token).toBeUndefined();
  });

  it('G07: comes alone', async () => {
    const proofs = [await proofOf(key, TOKEN()), await proofOf(key, TOKEN())];
    const { status, body } = await machineToken(await aMachine(), proofs.join(', '));
    expect([status, body.error]).toEqual([400, 'invalid_dpop_proof']);
  });

  it('G07: is good once, also when it comes ten times at the same moment', async () => {
    const app = await aMachine();
    const proof = await proofOf(key, TOKEN());
    expect((await machineToken(app, proof)).status).toBe(200);
    const again = await machineToken(app, proof);
    expect([again.status, again.body.access_token]).toEqual([400, undefined]);
    const other = await proofOf(key, TOKEN());
    const answers = await Promise.all(Array.from({ length: 10 }, () => machineToken(app, other)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('G07: may have a query in its address, which does not count', async () => {
    const proof = await proofOf(key, { ...TOKEN(), url: `${TOKEN().url}?x=1#y` });
    expect((await machineToken(await aMachine(), proof)).status).toBe(200);
  });

  it('G09: does not go with a token that is not bound', async () => {
    const app = await aWebApp();
    const { body } = await request('/token', await codeForm(app), app);
    const proof = await proofOf(key, ME(), { claims: { ath: hashOfToken(body.access_token) } });
    expect((await userInfo('DPoP', body.access_token, proof)).status).toBe(401);
    expect((await userInfo('Bearer', body.access_token)).status).toBe(200);
  });

  it('G10: that is pushed must be of the key that is named', async () => {
    const app = await aWebApp();
    const form = Object.fromEntries(authorizationParameters(app, { dpop_jkt: key.thumbprint }));
    const proof = await proofOf(await aDpopKey(), { method: 'POST', url: `${server.issuer}/request` });
    expect((await request('/request', form, app, proof)).body.error).toBe('invalid_request');
  });
});
