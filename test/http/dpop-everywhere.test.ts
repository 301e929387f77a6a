import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createVerifier, type VerificationError, type Verifier } from '../../src/verifier/index.ts';
import { aRobot } from '../support/admin-api.ts';
import { aDpopKey, type DpopKey, hashOfToken, proofOf } from '../support/dpop.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { sendRaw } from '../support/raw.ts';
import { authorizationParameters, authorizationUrl, CALLBACK, PKCE } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { controlTime, releaseTime, travel } from '../support/time.ts';
import { basic, type TokenBody } from '../support/tokens.ts';

/** The places that take DPoP proofs (RFC 9449), told the same things. */

type Claims = Record<string, unknown>;
type Place = (claims: Claims) => Promise<Seen>;
interface Seen {
  readonly taken: boolean;
  readonly status: number;
  readonly said: string;
}

let server: TestServer;
let other: TestServer;
let verifier: Verifier;
let key: DpopKey;
let places: Record<'token' | 'par' | 'userinfo' | 'admin' | 'verifier', Place>;

beforeAll(async () => {
  server = await startTestServer();
  other = await startTestServer({ beside: server, issuer: server.issuer });
  key = await aDpopKey();
  const api = await anApi(server.database);
  const subscriptions = [{ api: api.identifier, scopes: ['reports:read'] }];
  const machine = await aClient(server.database, { type: 'machine', subscriptions });
  const [web, pushing] = [
    await aClient(server.database, { type: 'web' }),
    await aClient(server.database, { type: 'web' }),
  ];
  const robot = await aRobot(server, ['teams:read']);
  const proof = (method: string, url: string, claims: Claims) => proofOf(key, { method, url }, { claims });

  const send = async (app: typeof machine, path: string, form: Record<string, string>, claims: Claims) => {
    const dpop = await proof('POST', server.issuer + path, claims);
    const headers = { authorization: basic(app), dpop };
    return fetch(server.issuer + path, { method: 'POST', headers, body: new URLSearchParams(form) });
  };
  const tokenOf = async (app: typeof machine, form: Record<string, string>) => {
    const response = await send(app, '/token', form, {});
    expect(response.status).toBe(200);
    return ((await response.json()) as TokenBody).access_token;
  };
  const ada = await aPerson(server.database);
  const callback = await new Person(server.issuer).authorize(authorizationUrl(server, web), ada);
  const code = { code: callback.searchParams.get('code') ?? '', redirect_uri: CALLBACK, code_verifier: PKCE.verifier };
  const grant_type = 'client_credentials';
  const forUserInfo = await tokenOf(web, { grant_type: 'authorization_code', ...code });
  const forAdmin = await tokenOf(robot as typeof machine, { grant_type, resource: `${server.issuer}/api/v1` });
  const forApi = await tokenOf(machine, { grant_type, resource: api.identifier });

  const bound = async (url: string, accessToken: string, claims: Claims) => {
    const dpop = await proof('GET', url, { ath: hashOfToken(accessToken), ...claims });
    return { authorization: `DPoP ${accessToken}`, dpop };
  };
  verifier = createVerifier({ issuer: server.issuer, audience: api.identifier, revocations: 'off' });
  const processes = [server, other];
  places = {
    token: async (claims) => seen(await send(machine, '/token', { grant_type, resource: api.identifier }, claims)),
    par: async (claims) => {
      const form = Object.fromEntries(authorizationParameters(pushing));
      return seen(await send(pushing, '/request', form, claims));
    },
    userinfo: async (claims) => {
      const url = `${server.issuer}/me`;
      return seen(await fetch(url, { headers: await bound(url, forUserInfo, claims) }));
    },
    admin: async (claims) => {
      const path = '/api/v1/teams';
      const headers = { ...(await bound(server.issuer + path, forAdmin, claims)), host: new URL(server.issuer).host };
      // Turn by turn at two processes: what one remembers, the other knows.
      processes.reverse();
      const answer = await sendRaw({ issuer: `http://localhost:${processes[0]?.port}` }, { path, headers });
      const { status, text } = answer;
      return { taken: status === 200, status, said: `${answer.headers['www-authenticate']} ${text}` };
    },
    verifier: async (claims) => {
      const url = 'https://api.example.com/reports';
      const request = { method: 'GET', url, headers: await bound(url, forApi, claims) };
      return verifier.verifyRequest(request).then(
        () => ({ taken: true, status: 200, said: '' }),
        (error: VerificationError) => ({ taken: false, status: error.status, said: error.wwwAuthenticate ?? '' }),
      );
    },
  };
});
afterAll(async () => {
  verifier.close();
  await other.stop();
  await server.stop();
});
afterEach(releaseTime);

async function seen(response: Response): Promise<Seen> {
  const body = await response.text();
  return { taken: response.ok, status: response.status, said: `${response.headers.get('www-authenticate')} ${body}` };
}

/** What each place answers, with the refusal's own code looked for in it. */
async function everywhere(claims: () => Claims): Promise<Record<string, string>> {
  const answers = Object.entries(places).map(async ([name, place]) => {
    const { taken, status, said } = await place(claims());
    return [name, taken ? 'taken' : `${status} ${/invalid_dpop_proof/.exec(said)?.[0] ?? said}`];
  });
  return Object.fromEntries(await Promise.all(answers));
}

const TAKEN = { token: 'taken', par: 'taken', userinfo: 'taken', admin: 'taken', verifier: 'taken' };
const REFUSED = {
  token: '400 invalid_dpop_proof',
  par: '400 invalid_dpop_proof',
  userinfo: '401 invalid_dpop_proof',
  admin: '401 invalid_dpop_proof',
  verifier: '401 invalid_dpop_proof',
};
const now = () => Math.floor(Date.now() / 1000);

describe('every place that takes a DPoP proof', () => {
  it.each<[string, () => Claims]>([
    ['made now', () => ({})],
    ['made a minute ago', () => ({ iat: now() - 60 })],
    ['made by a clock that is 10 seconds ahead', () => ({ iat: now() + 10 })],
    ['made by a clock that is a minute ahead', () => ({ iat: now() + 60 })],
    ['with a fraction in its time', () => ({ iat: now() - 0.5 })],
    ['with an end to come', () => ({ exp: now() + 1 })],
    ['that is valid since now', () => ({ nbf: now() })],
    ['with a jti of a kilobyte', () => ({ jti: randomUUID().padEnd(1000, 'x') })],
  ])('G07: takes one %s', async (_how, claims) => {
    controlTime();
    expect(await everywhere(claims)).toEqual(TAKEN);
  });

  it.each<[string, () => Claims]>([
    ['more than a minute old', () => ({ iat: now() - 61 })],
    ['four minutes old', () => ({ iat: now() - 240 })],
    ['more than a minute ahead', () => ({ iat: now() + 61 })],
    ['without a time', () => ({ iat: undefined })],
    ['with a time in words', () => ({ iat: 'now' })],
    ['that has just expired', () => ({ exp: now() })],
    ['that expired long ago', () => ({ exp: now() - 3600 })],
    ['with an end in words', () => ({ exp: 'tomorrow' })],
    ['with an end of null', () => ({ exp: null })],
    ['that is not valid yet', () => ({ nbf: now() + 1 })],
    ['that is valid in an hour', () => ({ nbf: now() + 3600 })],
    ['with a beginning in words', () => ({ nbf: 'yesterday' })],
    ['without a jti', () => ({ jti: undefined })],
    ['with an empty jti', () => ({ jti: '' })],
  ])('G07: refuses one %s', async (_how, claims) => {
    controlTime();
    expect(await everywhere(claims)).toEqual(REFUSED);
  });

  it.each([-60, 0, 60])('G07: takes one once as long as it is good, made %d seconds from now', async (ahead) => {
    controlTime();
    const iat = now() + ahead;
    const jti = randomUUID();
    const one = () => ({ iat, jti });
    expect(await everywhere(one)).toEqual(TAKEN);
    const again = async () => Object.values(await everywhere(one)).filter((answer) => answer === 'taken');
    expect(await again()).toEqual([]);
    travel(60 + ahead);
    expect(await again()).toEqual([]);
    travel(1);
    await server.app.jobs.cleanUp();
    expect(await everywhere(one)).toEqual(REFUSED);
  });
});
