import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { calculateJwkThumbprint } from 'jose';
import {
  createMemoryReplayStore,
  createVerifier,
  type Verifier,
  type VerifierOptions,
} from '../../src/verifier/index.ts';
import { createTestClock } from './clock.ts';
import { AUDIENCE, startIssuer, type TestIssuer } from './issuer.ts';
import { createKey, signatureOf, signRaw, type TestKey } from './signing.ts';

const time = createTestClock();
const URL_HERE = 'https://api.example.com/reports?page=2';
const clientKey = createKey('client');
const publicJwk = ({ publicKey }: TestKey) => publicKey.export({ format: 'jwk' }) as Record<string, string>;
let issuer: TestIssuer;
let verifier: Verifier;
let jkt: string;
let token: string;

beforeAll(async () => {
  issuer = await startIssuer(time.now);
  verifier = aVerifier();
  jkt = await calculateJwkThumbprint(publicJwk(clientKey));
  token = issuer.token({ cnf: { jkt } });
});
afterAll(async () => {
  verifier.close();
  await issuer.stop();
});

function aVerifier(options: Partial<VerifierOptions> = {}): Verifier {
  const { clock, schedule } = time;
  return createVerifier({ issuer: issuer.issuer, audience: AUDIENCE, revocations: 'off', clock, schedule, ...options });
}

const hashOf = (text: string) => createHash('sha256').update(text).digest('base64url');

function aProof(claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}, key = clientKey): string {
  const all = {
    jti: randomUUID(),
    htm: 'GET',
    htu: 'https://api.example.com/reports',
    iat: time.now(),
    ath: hashOf(token),
  };
  return signRaw(
    { typ: 'dpop+jwt', alg: key.alg, jwk: publicJwk(key), ...header },
    { ...all, ...claims },
    signatureOf(key),
  );
}

const aRequest = (dpop: string | string[] | undefined, more: Record<string, unknown> = {}) => ({
  method: 'GET',
  url: URL_HERE,
  headers: { authorization: `DPoP ${token}`, dpop },
  ...more,
});

const refusal = (request: Parameters<Verifier['verifyRequest']>[0], by = verifier) =>
  by.verifyRequest(request).then(
    () => undefined,
    (error) => error,
  );

describe('a token that is bound by DPoP (G07, G09)', () => {
  it('is accepted with a proof for this request', async () => {
    expect(await verifier.verifyRequest(aRequest(aProof()))).toMatchObject({ cnf: { jkt } });
    expect(await verifier.verify(token, { request: aRequest(aProof()) })).toMatchObject({ cnf: { jkt } });
    const headers = new Headers({ authorization: `dpop ${token}`, dpop: aProof() });
    expect(await verifier.verifyRequest(new Request(URL_HERE, { headers }))).toMatchObject({ cnf: { jkt } });
  });

  it.each([
    ['a query and fragment in htu', { htu: 'https://api.example.com/reports?a=b#c' }],
    ['host and scheme in upper case', { htu: 'HTTPS://API.Example.COM/reports' }],
    ['the default port', { htu: 'https://api.example.com:443/reports' }],
    ['dot segments', { htu: 'https://api.example.com/a/../reports' }],
    ['escapes that need not be', { htu: 'https://api.example.com/r%65ports' }],
    ['an iat at the edge of the window', { iat: time.now() - 60 }],
    ['an iat ahead, at the edge of the window', { iat: time.now() + 60 }],
    ['a nonce that nobody asked for', { nonce: 'x' }],
  ])('is accepted with %s', async (_name, claims) => {
    expect(await refusal(aRequest(aProof(claims)))).toBeUndefined();
  });

  it.each(['RS256', 'EdDSA', 'ES384'])('is accepted for a key of %s', async (alg) => {
    const key = createKey('client', alg);
    const bound = issuer.token({ cnf: { jkt: await calculateJwkThumbprint(publicJwk(key)) } });
    const headers = { authorization: `DPoP ${bound}`, dpop: aProof({ ath: hashOf(bound) }, {}, key) };
    expect(await refusal(aRequest(undefined, { headers }))).toBeUndefined();
  });

  const [head = '', payload = '', signature = ''] = 'a.b.c'.split('.');
  const badProofs: [string, () => string | string[] | undefined][] = [
    ['missing', () => undefined],
    ['empty', () => ''],
    ['sent twice', () => [aProof(), aProof()]],
    ['sent twice, joined', () => `${aProof()}, ${aProof()}`],
    ['nonsense', () => [head, payload, signature].join('.')],
    ['too large', () => aProof({ filler: 'x'.repeat(8192) })],
    ['typ missing', () => aProof({}, { typ: undefined })],
    ['typ JWT', () => aProof({}, { typ: 'JWT' })],
    ['typ at+jwt', () => aProof({}, { typ: 'at+jwt' })],
    ['alg none', () => aProof({}, { alg: 'none' })],
    ['alg HS256', () => aProof({}, { alg: 'HS256' })],
    ['alg of another key type', () => aProof({}, { alg: 'RS256' })],
    ['jwk missing', () => aProof({}, { jwk: undefined })],
    ['jwk null', () => aProof({}, { jwk: null })],
    ['jwk empty', () => aProof({}, { jwk: {} })],
    ['jwk an array', () => aProof({}, { jwk: [publicJwk(clientKey)] })],
    ['jwk with its private part', () => aProof({}, { jwk: clientKey.privateKey.export({ format: 'jwk' }) })],
    ['jwk a secret', () => aProof({}, { jwk: { kty: 'oct', k: 'c2VjcmV0' } })],
    ['jwk without coordinates', () => aProof({}, { jwk: { kty: 'EC', crv: 'P-256' } })],
    ['crit', () => aProof({}, { crit: ['b64'], b64: true })],
    ['jku', () => aProof({}, { jku: 'https://evil.example.com' })],
    ['htm missing', () => aProof({ htm: undefined })],
    ['htm of another method', () => aProof({ htm: 'POST' })],
    ['htm in lower case', () => aProof({ htm: 'get' })],
    ['htu missing', () => aProof({ htu: undefined })],
    ['htu of another path', () => aProof({ htu: 'https://api.example.com/reports/1' })],
    ['htu with a slash more', () => aProof({ htu: 'https://api.example.com/reports/' })],
    ['htu in another case', () => aProof({ htu: 'https://api.example.com/Reports' })],
    ['htu of another host', () => aProof({ htu: 'https://evil.example.com/reports' })],
    ['htu of another port', () => aProof({ htu: 'https://api.example.com:8443/reports' })],
    ['htu of another scheme', () => aProof({ htu: 'http://api.example.com/reports' })],
    ['htu with a password', () => aProof({ htu: 'https://a:b@api.example.com/reports' })],
    ['htu that is a path', () => aProof({ htu: '/reports' })],
    ['htu with an escaped slash', () => aProof({ htu: 'https://api.example.com%2Freports' })],
    ['iat missing', () => aProof({ iat: undefined })],
    ['iat a string', () => aProof({ iat: String(time.now()) })],
    ['iat too old', () => aProof({ iat: time.now() - 61 })],
    ['iat in the future', () => aProof({ iat: time.now() + 61 })],
    ['exp in the past', () => aProof({ exp: time.now() - 1 })],
    ['nbf in the future', () => aProof({ nbf: time.now() + 1 })],
    ['jti missing', () => aProof({ jti: undefined })],
    ['jti empty', () => aProof({ jti: '' })],
    ['jti a number', () => aProof({ jti: 1 })],
    ['ath missing', () => aProof({ ath: undefined })],
    ['ath of another token', () => aProof({ ath: hashOf(issuer.token({ cnf: { jkt } })) })],
    ['ath in hex', () => aProof({ ath: createHash('sha256').update(token).digest('hex') })],
    [
      'signature of another key',
      () =>
        signRaw(
          { typ: 'dpop+jwt', alg: 'ES256', jwk: publicJwk(clientKey) },
          { ...claimsOf(aProof()) },
          signatureOf(createKey('x')),
        ),
    ],
    ['signature of another proof', () => `${aProof().split('.').slice(0, 2).join('.')}.${aProof().split('.')[2]}`],
    [
      'a member twice',
      () =>
        signRaw(
          { typ: 'dpop+jwt', alg: 'ES256', jwk: publicJwk(clientKey) },
          `{"htm":"POST",${JSON.stringify(claimsOf(aProof())).slice(1)}`,
          signatureOf(clientKey),
        ),
    ],
  ];
  const claimsOf = (proof: string) => JSON.parse(Buffer.from(proof.split('.')[1] ?? '', 'base64url').toString());

  it.each(badProofs)('is refused with a proof that is bad: %s', async (_name, proof) => {
    const error = await refusal(aRequest(proof()));
    expect(error).toMatchObject({ status: 401, code: 'invalid_token' });
    expect(error.wwwAuthenticate).toMatch(/^DPoP realm=".*", error="invalid_dpop_proof", .*algs="ES256 /);
  });

  it('is refused with a private key in the proof for that reason, not by accident', async () => {
    const jwk = clientKey.privateKey.export({ format: 'jwk' });
    expect((await refusal(aRequest(aProof({}, { jwk }))))?.message).toBe('the DPoP key is not a public one');
  });

  it('is refused with a good proof of another key (RFC 9449 §7.1)', async () => {
    const error = await refusal(aRequest(aProof({}, {}, createKey('thief'))));
    expect(error).toMatchObject({ status: 401, code: 'invalid_token' });
    expect(error.wwwAuthenticate).toMatch(/^DPoP .*error="invalid_token"/);
  });

  it('is refused when the key that it is bound to is none, or too weak', async () => {
    const weak = createKey('weak', 'RS256-1024');
    const jwks = [{ ...publicJwk(clientKey), y: publicJwk(clientKey).x ?? '' }, publicJwk(weak)];
    for (const jwk of jwks) {
      const alg = jwk.kty === 'EC' ? 'ES256' : 'RS256';
      const bound = issuer.token({ cnf: { jkt: await calculateJwkThumbprint(jwk) } });
      const dpop = aProof({ ath: hashOf(bound) }, { jwk, alg }, alg === 'RS256' ? weak : clientKey);
      const error = await refusal(aRequest(undefined, { headers: { authorization: `DPoP ${bound}`, dpop } }));
      expect(error?.message).toBe('the signature of the DPoP proof is wrong');
    }
  });

  it('is refused with a proof that was used, until it is too old anyway', async () => {
    const dpop = aProof();
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => refusal(aRequest(dpop))));
    expect(outcomes.filter((error) => error === undefined)).toHaveLength(1);
    expect(outcomes.find((error) => error)?.message).toBe('the DPoP proof was used before');
    time.advance(60);
    expect((await refusal(aRequest(dpop)))?.message).toBe('the DPoP proof was used before');
    time.advance(1);
    expect((await refusal(aRequest(dpop)))?.message).toBe('the DPoP proof is too old, or from the future (iat)');
  });

  it('does not use up a proof that is refused for another reason', async () => {
    const dpop = aProof();
    expect(await refusal(aRequest(dpop, { method: 'POST' }))).toMatchObject({ status: 401 });
    expect(await refusal(aRequest(dpop))).toBeUndefined();
  });

  it('is refused as Bearer, with the proof and without (G09)', async () => {
    for (const dpop of [aProof(), undefined]) {
      const error = await refusal(aRequest(undefined, { headers: { authorization: `Bearer ${token}`, dpop } }));
      expect(error).toMatchObject({ status: 401, code: 'invalid_token' });
      expect(error.wwwAuthenticate).toMatch(/^DPoP .*error="invalid_token"/);
    }
  });

  it('is refused when verify() is not given the request', async () => {
    expect(await verifier.verify(token).catch((error) => error)).toMatchObject({ status: 401, code: 'invalid_token' });
  });

  it('is refused when it is bound to no key that could be', async () => {
    for (const wrong of [null, 1, '', { a: 1 }]) {
      const bound = issuer.token({ cnf: { jkt: wrong } });
      const headers = { authorization: `DPoP ${bound}`, dpop: aProof({ ath: hashOf(bound) }) };
      expect(await refusal(aRequest(undefined, { headers }))).toMatchObject({ status: 401 });
    }
  });

  it('knows its own address when told, whatever the Host header says', async () => {
    const behind = aVerifier({ dpop: { origin: 'https://api.example.com/' } });
    expect(await refusal(aRequest(aProof(), { url: 'http://10.0.0.1:8080/reports?x' }), behind)).toBeUndefined();
    expect(await refusal(aRequest(aProof(), { url: '/reports?x' }), behind)).toBeUndefined();
    const htu = 'http://10.0.0.1:8080/reports';
    expect(await refusal(aRequest(aProof({ htu }), { url: htu }), behind)).toMatchObject({ status: 401 });
    expect(await refusal(aRequest(aProof(), { url: '/reports' }))).toBeInstanceOf(TypeError);
  });

  it('may have several addresses', async () => {
    const known = aVerifier({ dpop: { origin: ['https://api.example.com', 'http://api:8080'] } });
    for (const htu of ['https://api.example.com/reports', 'http://api:8080/reports']) {
      expect(await refusal(aRequest(aProof({ htu }), { url: '/reports?x' }), known)).toBeUndefined();
    }
    for (const htu of ['http://api/reports', 'http://api:8080/other', 'http://api.example.com/reports']) {
      expect(await refusal(aRequest(aProof({ htu }), { url: '/reports?x' }), known)).toMatchObject({ status: 401 });
    }
  });

  it('uses the store of the options, with a key of bounded length', async () => {
    const seen: [string, number][] = [];
    const remember = async (key: string, expiresAt: number) => seen.push([key, expiresAt]) === 1;
    const shared = aVerifier({ dpop: { replayStore: { remember } } });
    expect(await refusal(aRequest(aProof({ jti: 'j'.repeat(1000) })), shared)).toBeUndefined();
    expect(await refusal(aRequest(aProof()), shared)).toMatchObject({ status: 401 });
    expect(seen[0]).toEqual([`${jkt}.${hashOf('j'.repeat(1000))}`, time.now() + 61]);
  });
});

describe('a token that is not bound', () => {
  it('is refused with the scheme DPoP', async () => {
    const bearer = issuer.token();
    const headers = { authorization: `DPoP ${bearer}`, dpop: aProof({ ath: hashOf(bearer) }) };
    expect(await refusal(aRequest(undefined, { headers }))).toMatchObject({ status: 401, code: 'invalid_token' });
    expect(await refusal(aRequest(undefined, { headers: { authorization: `Bearer ${bearer}` } }))).toBeUndefined();
  });

  it('is refused where DPoP is required, as is a request without a token, with the challenge to use it', async () => {
    const strict = aVerifier({ requireDpop: true });
    const error = await refusal(
      aRequest(undefined, { headers: { authorization: `Bearer ${issuer.token()}` } }),
      strict,
    );
    expect(error).toMatchObject({ status: 401, code: 'invalid_token' });
    expect(error.wwwAuthenticate).toMatch(/^DPoP realm="https:\/\/reports.example.com", error="invalid_token"/);
    expect(await strict.verify(issuer.token()).catch((caught) => caught)).toMatchObject({ status: 401 });
    const bare = await refusal(aRequest(undefined, { headers: {} }), strict);
    expect(bare.wwwAuthenticate).toMatch(/^DPoP realm="https:\/\/reports.example.com", algs="ES256 [A-Za-z0-9 ]+"$/);
    expect(await refusal(aRequest(aProof()), strict)).toBeUndefined();
  });
});

describe('the replay store in memory', () => {
  it('forgets what expired, and the oldest when it is full', () => {
    const store = createMemoryReplayStore({ now: time.now, capacity: 3 });
    const until = time.now() + 60;
    expect([store.remember('a', until), store.remember('a', until)]).toEqual([true, false]);
    for (const key of ['b', 'c', 'd']) expect(store.remember(key, until)).toBe(true);
    expect(store.remember('d', until)).toBe(false);
    expect(store.remember('a', until)).toBe(true);
    time.advance(60);
    expect(store.remember('d', until + 60)).toBe(true);
  });
});
