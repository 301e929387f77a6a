import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { rotateKey } from '../../src/keys/rotation.ts';
import { createSigners } from '../../src/keys/signers/signers.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { aClient, anApi } from '../support/factories.ts';
import { until } from '../support/load.ts';
import { here } from '../support/patience.ts';
import { postTo, type ServerProcess, startCluster } from '../support/server-process.ts';

const JWKS_MAX_AGE = 1;
const PUBLISH = 6;
const ROTATIONS = 20;
const ALGS = ['ES256', 'RS256', 'EdDSA'] as const;

const masterKey = { id: 'test', key: randomBytes(32) };
const environment = (listen: 'on' | 'off') => ({
  MASTER_KEYS: `test:${masterKey.key.toString('base64')}`,
  JWKS_MAX_AGE: String(JWKS_MAX_AGE),
  KEY_PUBLISH_SECONDS: String(PUBLISH),
  LISTEN: listen,
});
const policy = { rotateEvery: 30 * 86_400, publishFor: PUBLISH, retainFor: 86_400 };

let storage: TestDatabase;

const rotate = (alg: (typeof ALGS)[number]) => {
  const signer = createSigners([masterKey], undefined)[0];
  const by = { actor: { type: 'operator' } as const, now: new Date() };
  return rotateKey({ db: storage.database.db, signer, policy }, alg, by);
};

const fetchJwks = async ({ port, issuer }: ServerProcess): Promise<JSONWebKeySet> => {
  const { request } = await import('node:http');
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  request({ host: 'localhost', port, path: '/jwks', headers: { host: new URL(issuer).host } }, (incoming) => {
    let text = '';
    incoming.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    incoming.on('end', () => resolve(text));
  })
    .on('error', reject)
    .end();
  return JSON.parse(await promise) as JSONWebKeySet;
};

beforeAll(async () => {
  storage = await createTestDatabase();
});
afterAll(() => storage.drop());

describe.each(['on', 'off'] as const)('two processes with LISTEN=%s', (listen) => {
  let cluster: ServerProcess[];
  beforeAll(async () => {
    cluster = await startCluster(storage.url ?? '', 2, environment(listen));
  });
  afterAll(() => Promise.all(cluster.map((server) => server.stop())));

  it('D17: both publish a new key within two seconds', async () => {
    const { kid } = await rotate('ES256');
    const rotatedAt = Date.now();
    const publishedAt = await Promise.all(
      cluster.map(async (server) => {
        for (;;) {
          const { keys } = await fetchJwks(server);
          if (keys.some((key) => key.kid === kid)) return Date.now();
          if (Date.now() - rotatedAt > here(30_000)) throw new Error('the key was never published');
        }
      }),
    );
    expect(Math.max(...publishedAt) - rotatedAt).toBeLessThan(here(2000));
  });
});

describe('twenty rotations under load', () => {
  it('D17: no request fails, and a verifier that keeps the JWKS as long as it may knows every key', async () => {
    const { database } = storage;
    const apps = await Promise.all(
      ALGS.map(async (signingAlg) => {
        const api = await anApi(database, { signingAlg });
        return aClient(database, {
          type: 'machine',
          subscriptions: [{ api: api.identifier, scopes: ['reports:read'] }],
        });
      }),
    );
    const cluster = await startCluster(storage.url ?? '', 2, environment('on'));
    const failures: string[] = [];
    const kids = new Set<string>();
    let verified = 0;
    let ended = false;

    /** Fetches only when its copy has expired, and never because of a key that it does not know. */
    const strictVerifier = (server: ServerProcess) => {
      let copy: { keys: ReturnType<typeof createLocalJWKSet>; until: number } | undefined;
      return async (token: string) => {
        if (!copy || Date.now() >= copy.until) {
          const until = Date.now() + JWKS_MAX_AGE * 1000;
          copy = { keys: createLocalJWKSet(await fetchJwks(server)), until };
        }
        await jwtVerify(token, copy.keys, { typ: 'at+jwt' });
      };
    };
    const work = async (index: number) => {
      const [issuing, publishing] = index % 2 ? cluster : [...cluster].reverse();
      const verify = strictVerifier(publishing as ServerProcess);
      const app = apps[index % apps.length] as (typeof apps)[number];
      while (!ended) {
        const { status, text, body } = await postTo(
          issuing as ServerProcess,
          '/token',
          { grant_type: 'client_credentials' },
          app,
        );
        if (status !== 200) failures.push(`${status} ${text}`);
        else {
          kids.add(decodeProtectedHeader(body.access_token).kid ?? '');
          await verify(body.access_token).catch((error: Error) => failures.push(error.message));
          verified += 1;
        }
      }
    };
    const workers = Array.from({ length: 6 }, (_, index) => work(index));
    const lastOf = new Map<number, string>();
    for (let i = 0; i < ROTATIONS; i += 1) lastOf.set(i % 2, (await rotate(ALGS[i % 2 ? 1 : 0])).kid);
    await until('the last keys sign', () => [...lastOf.values()].every((kid) => kids.has(kid)), 120);
    ended = true;
    await Promise.all(workers);
    await Promise.all(cluster.map((server) => server.stop()));

    expect(failures).toEqual([]);
    expect(verified).toBeGreaterThan(500);
  });
});
