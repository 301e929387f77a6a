import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createVerifier, type Verifier } from '../../src/verifier/index.ts';
import { badTokens } from './bad-tokens.ts';
import { createTestClock } from './clock.ts';
import { AUDIENCE, startIssuer, type TestIssuer } from './issuer.ts';
import { createKey } from './signing.ts';

const time = createTestClock();
let issuer: TestIssuer;
let verifier: Verifier;
/** Where tokens want us to go. */
let trap: Awaited<ReturnType<typeof startTrap>>;

beforeAll(async () => {
  [issuer, trap] = await Promise.all([startIssuer(time.now), startTrap()]);
  issuer.published.keys.push(createKey('rsa-1', 'RS256'));
  verifier = createVerifier({ issuer: issuer.issuer, audience: AUDIENCE, clock: time.clock, schedule: time.schedule });
  await verifier.verify(issuer.token());
});
afterAll(async () => {
  verifier.close();
  await Promise.all([issuer.stop(), trap.stop()]);
});

async function startTrap() {
  const hits: string[] = [];
  const server = createServer((request, response) => {
    hits.push(request.url ?? '');
    response.end('{"keys":[]}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { origin, hits, stop: () => new Promise((resolve) => server.close(resolve)) };
}

describe('a bad token (D09, D13, D14, J24)', () => {
  it('is refused with 401, whatever is wrong with it, and sends us nowhere', async () => {
    const table = badTokens(issuer, time.now(), trap.origin);
    const before = issuer.requests.length;
    const accepted: string[] = [];

    for (const { name, token, isUnknownKid } of table) {
      const asked = issuer.requests.length;
      const outcome = await verifier.verify(token as string).then(
        () => 'accepted',
        (error) => `${error.status} ${error.code} ${/^Bearer .*error="invalid_token"/.test(error.wwwAuthenticate)}`,
      );
      if (outcome !== '401 invalid_token true') accepted.push(`${name}: ${outcome}`);
      if (!isUnknownKid && issuer.requests.length > asked) accepted.push(`${name}: made a request`);
    }

    expect(accepted).toEqual([]);
    expect(table.length).toBeGreaterThan(120);
    expect(new Set(table.map(({ name }) => name)).size).toBe(table.length);
    expect(issuer.requests.slice(before)).toEqual(['GET /jwks 304']);
    expect(trap.hits).toEqual([]);
  });

  it('is one of 1,000 with keys that do not exist, and they make one request in 30 seconds', async () => {
    const forge = (at: number) => issuer.token({}, { kid: `forged-${at}` });
    const refusals = (amount: number) =>
      Promise.all(
        Array.from({ length: amount }, (_, at) => verifier.verify(forge(at)).catch((error) => error.status as number)),
      );
    time.advance(31);
    const before = issuer.count('/jwks');

    expect(new Set(await refusals(1000))).toEqual(new Set([401]));
    expect(issuer.count('/jwks') - before).toBe(1);
    time.advance(29);
    await refusals(10);
    expect(issuer.count('/jwks') - before).toBe(1);
    time.advance(1);
    await refusals(10);
    expect(issuer.count('/jwks') - before).toBe(2);
  });

  it('is not so bad as to refuse a good one', async () => {
    const good = [
      issuer.token(),
      issuer.token({}, { typ: 'AT+JWT' }),
      issuer.token({}, { typ: 'application/at+jwt' }),
      issuer.token({ aud: ['https://other.example.com', AUDIENCE] }),
      issuer.token({ exp: time.now() - 4 }),
      issuer.token({ iat: time.now() + 5, nbf: time.now() + 5 }),
      issuer.token({
        act: { sub: 'a', act: { sub: 'b' } },
        text: 'a "quoted\\" \u00e9 {[,]}',
        list: [{ a: 1 }, { a: 1 }],
      }),
    ];
    for (const token of good) {
      expect(await verifier.verify(token)).toMatchObject({ iss: issuer.issuer, client_id: 'app-1' });
    }
  });
});
