import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseDeclaration } from '../../src/declaration/parse.ts';
import { commandLineOf } from '../cli/in-process.ts';
import { aRobot } from '../support/admin-api.ts';
import { anAssertionKey, asForm, assertionOf } from '../support/assertions.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import type { Person } from '../support/person.ts';
import { accountOf, aVisitor } from '../support/portal.ts';
import { failuresOf } from '../support/raw.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { post } from '../support/tokens.ts';

type Jwk = Record<string, unknown>;

const publicKey = (kind: string, options: object): Jwk =>
  // biome-ignore lint/suspicious/noExplicitAny: one overload for each kind of key
  (generateKeyPairSync as any)(kind, options).publicKey.export({ format: 'jwk' });
const ec = publicKey('ec', { namedCurve: 'P-256' });
const okp = publicKey('ed25519', {});
const rsa = publicKey('rsa', { modulusLength: 2048 });
const bytes = (value: unknown) => Buffer.from(String(value), 'base64url');
const text = (value: Buffer) => value.toString('base64url');
const flipped = (value: unknown) => text(bytes(value).map((byte, index) => (index === 31 ? byte ^ 1 : byte)) as Buffer);
const number = (hex: string) => Buffer.from(hex, 'hex').toString('base64url');

/** What is wrong, the key, and words of the sentence that says so. */
const BAD_KEYS: [string, Jwk, string][] = [
  ['a secret', { kty: 'oct', k: 'c2VjcmV0' }, 'shared secret'],
  ['a private part', { ...ec, d: ec.x }, 'private part'],
  ['a private part of null', { ...ec, d: null }, 'private part'],
  ['a private part of RSA', { ...rsa, dp: 'AQ' }, 'private part'],
  ['no kind', { ...ec, kty: undefined }, 'of a kind'],
  ['the kind of another language', { ...ec, kty: 'constructor' }, 'of a kind'],
  ['a kind that is a list', { ...ec, kty: ['EC'] }, 'of a kind'],
  ['another curve', publicKey('ec', { namedCurve: 'P-384' }), 'on a curve'],
  ['a curve of Bitcoin', publicKey('ec', { namedCurve: 'secp256k1' }), 'on a curve'],
  ['a curve for agreeing on keys', publicKey('x25519', {}), 'on a curve'],
  ['another Edwards curve', publicKey('ed448', {}), 'on a curve'],
  ['a point that is not on its curve', { ...ec, y: flipped(ec.y) }, 'not a point'],
  ['the point of zeros', { ...ec, x: text(Buffer.alloc(32)), y: text(Buffer.alloc(32)) }, 'not a point'],
  ['half a point', { ...ec, y: undefined }, 'no “y”'],
  ['padding', { ...ec, x: `${ec.x}=` }, 'no “x”'],
  ['the letters of base64', { ...ec, x: '+/+/' }, 'no “x”'],
  ['an “ext” that is no yes or no', { ...ec, ext: 'true' }, '“ext”'],
  ['an “ext” of 0', { ...rsa, ext: 0 }, '“ext”'],
  ['a number for a coordinate', { ...ec, x: 7 }, 'no “x”'],
  ['a short point of Ed25519', { ...okp, x: number('01') }, 'not a point'],
  ['a point of order 1', { ...okp, x: number(`01${'00'.repeat(31)}`) }, 'not a point'],
  ['a point of order 2', { ...okp, x: number(`ec${'ff'.repeat(30)}7f`) }, 'not a point'],
  ['a point of order 4', { ...okp, x: number('00'.repeat(32)) }, 'not a point'],
  [
    'a point of order 8',
    { ...okp, x: number('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05') },
    'not a point',
  ],
  [
    'another point of order 8',
    { ...okp, x: number('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa') },
    'not a point',
  ],
  ['a point in another spelling', { ...okp, x: number('ff'.repeat(32)) }, 'not a point'],
  ['a y that no point has', { ...okp, x: number(`02${'00'.repeat(31)}`) }, 'not a point'],
  ['a short RSA key', publicKey('rsa', { modulusLength: 1024 }), 'fewer than 2048'],
  ['a huge RSA key', { ...rsa, n: text(Buffer.alloc(2049, 0xff)) }, 'more than 8192'],
  ['an even modulus', { ...rsa, n: text(Buffer.concat([Buffer.alloc(255, 0xff), Buffer.of(0xfe)])) }, 'modulus'],
  ['a modulus of zeros', { ...rsa, n: text(Buffer.alloc(256)) }, 'RSA'],
  ['an exponent of 1', { ...rsa, e: number('01') }, 'exponent'],
  ['an exponent of 3', { ...rsa, e: number('03') }, 'exponent'],
  ['an even exponent', { ...rsa, e: number('010002') }, 'exponent'],
  ['a huge exponent', { ...rsa, e: number(`01${'00'.repeat(64)}01`) }, 'exponent'],
  ['no modulus', { ...rsa, n: undefined }, 'no “n”'],
  ['a use of its own', { ...ec, use: 'enc' }, 'use'],
  ['operations of a private key', { ...ec, key_ops: ['sign'] }, 'key_ops'],
  ['operations that are no list', { ...ec, key_ops: 'verify' }, 'key_ops'],
  ['an algorithm of another key', { ...ec, alg: 'RS256' }, 'algorithm'],
  ['an algorithm that nobody takes', { ...rsa, alg: 'RS512' }, 'algorithm'],
  ['an algorithm with a secret', { ...rsa, alg: 'HS256' }, 'algorithm'],
  ['no algorithm', { ...rsa, alg: 'none' }, 'algorithm'],
  ['an empty name', { ...ec, kid: '' }, 'kid'],
  ['a name that is a number', { ...ec, kid: 1 }, 'kid'],
  ['a name without end', { ...ec, kid: 'k'.repeat(201) }, 'kid'],
  ['a member with members', { ...ec, more: { a: 1 } }, 'member “more”'],
  ['a list of lists', { ...ec, more: [[]] }, 'member “more”'],
  ['certificates that are none', { ...ec, x5c: [1] }, 'x5c'],
  ['a chain of certificates', { ...ec, x5c: Array(11).fill('TUlJ') }, 'x5c'],
];

const nested = (depth: number) => `{"keys":[{"kty":"EC","a":${'['.repeat(depth)}${']'.repeat(depth)}}]}`;
/** Text where a JWK Set is wanted, and words of the sentence that refuses it. */
const BAD_TEXT: [string, string, string][] = [
  ['a NUL', '{"keys":[{"kty":"EC","kid":"a\\u0000b"}]}', 'cannot be kept'],
  ['half of a surrogate pair', '{"keys":[{"kty":"EC","kid":"\\ud800"}]}', 'cannot be kept'],
  ['the other half', '{"keys":[{"kty":"EC","\\udc00":"x"}]}', 'cannot be kept'],
  ['the prototype', '{"keys":[{"__proto__":{"kty":"EC"}}]}', 'cannot be kept'],
  ['3,000 lists in each other', nested(3000), 'nested too deeply'],
  ['8,000 lists in each other', nested(8000), 'nested too deeply'],
  ['a member twice', '{"keys":[],"keys":[{"kty":"EC"}]}', 'member twice'],
  ['a member twice, spelled differently', '{"keys":[{"kid":"a","\\u006bid":"b"}]}', 'member twice'],
  ['a list', '[]', 'not a JSON object'],
  ['text', '"keys"', 'not a JSON object'],
  ['nothing', 'null', 'not a JSON object'],
  ['half of it', '{"keys":[', 'not JSON'],
];

let server: TestServer;
let visitor: Person;
let app: Awaited<ReturnType<typeof aClient>>;
let robot: Awaited<ReturnType<typeof aRobot>>;

beforeAll(async () => {
  server = await startTestServer();
  const person = await aPerson(server.database);
  const { id } = await accountOf(server, person.email);
  await server.database.db.updateTable('accounts').set({ platform_role: 'admin' }).where('id', '=', id).execute();
  visitor = await aVisitor(server, person);
  app = await aClient(server.database, { type: 'machine' });
  robot = await aRobot(server, ['apps:read', 'apps:write']);
});
afterAll(() => server.stop());

/** What the page says to keys that are typed into its form. */
async function typeInto(keys: string) {
  const path = `/apps/${app.clientId}/authentication`;
  return visitor.submit(await visitor.visit(path), '/authentication', { authMethod: 'private_key_jwt', jwks: keys });
}

const run = (argv: string[], files = {}) => commandLineOf(server).run(argv, { files });

describe('a key that an app registers', () => {
  it.each(BAD_KEYS)('is refused for %s, wherever it comes from', async (_what, key, words) => {
    const jwks = { keys: [key] };
    await expect(aClient(server.database, { type: 'machine', authMethod: 'private_key_jwt', jwks })).rejects.toThrow(
      words,
    );
    const { status, body } = await robot.call('POST', '/apps', {
      name: 'Keys',
      type: 'machine',
      auth_method: 'private_key_jwt',
      jwks: JSON.parse(JSON.stringify(jwks)),
    });
    expect([status, body.code]).toEqual([400, 'invalid_request']);
    const page = await typeInto(JSON.stringify(jwks));
    expect(page.response.status).toBe(400);
  });

  it.each([
    ['EC', { ...ec, alg: 'ES256', use: 'sig', key_ops: ['verify'], kid: 'ä key', iat: 1, x5c: ['TUlJ'] }],
    ['OKP', { ...okp, alg: 'EdDSA' }],
    ['RSA', { ...rsa, alg: 'PS256', ext: true }],
    ['RSA of 8192 bits', publicKey('rsa', { modulusLength: 3072 })],
  ])('is taken and kept as it was given: %s', async (_what, key: Jwk) => {
    const jwks = { keys: [key] };
    const { client } = await aClient(server.database, { type: 'machine', authMethod: 'private_key_jwt', jwks });
    expect(client.jwks).toEqual(jwks);
    const shown = await robot.call('GET', `/apps/${client.id}`);
    expect(shown.body.jwks).toEqual(jwks);
  });

  it('is taken for each of many keys of Ed25519', () => {
    for (let round = 0; round < 30; round += 1) {
      const key = publicKey('ed25519', {});
      expect(() => parseDeclaration(JSON.stringify(fileWith({ keys: [key] })))).not.toThrow();
    }
  });

  it('is refused where another one has its name, or is the same', async () => {
    const other = publicKey('ec', { namedCurve: 'P-256' });
    for (const keys of [
      [
        { ...ec, kid: 'one' },
        { ...other, kid: 'one' },
      ],
      [
        { ...ec, kid: 'one' },
        { ...okp, kid: 'one' },
      ],
      [
        { ...ec, kid: 'one' },
        { ...ec, kid: 'two' },
      ],
      [{ ...ec }, { ...ec, x: text(Buffer.concat([Buffer.of(0), bytes(ec.x)])) }],
      [{ ...rsa }, { ...rsa, n: text(Buffer.concat([Buffer.of(0), bytes(rsa.n)])) }],
      Array.from({ length: 11 }, () => publicKey('ed25519', {})),
    ]) {
      const wanted = { type: 'machine', authMethod: 'private_key_jwt', jwks: { keys } } as const;
      await expect(aClient(server.database, wanted)).rejects.toThrow();
    }
  });
});

const fileWith = (jwks: unknown) => ({
  apps: [{ id: 'keys-of-file', name: 'Keys', type: 'machine', auth_method: 'private_key_jwt', jwks }],
});

describe('text that is no set of keys', () => {
  it.each(BAD_TEXT)('is refused with a sentence: %s', async (_what, keys, words) => {
    const page = await typeInto(keys);
    expect([page.response.status, page.text.includes(words)]).toEqual([400, true]);
    expect(page.text.length).toBeLessThan(200_000);

    const wanted = [
      'app',
      'create',
      '--name',
      'Keys',
      '--type',
      'machine',
      '--auth-method',
      'private_key_jwt',
      '--jwks',
      'k.json',
    ];
    const { code, stderr } = await run(wanted, { 'k.json': keys });
    expect([code, stderr.includes(words)]).toEqual([1, true]);
  });

  it.each(BAD_TEXT)('is refused by the admin API: %s', async (_what, keys) => {
    const response = await fetch(`${server.issuer}/api/v1/apps`, {
      method: 'POST',
      headers: { authorization: `Bearer ${robot.token}`, 'content-type': 'application/json' },
      body: `{"name":"Keys","type":"machine","auth_method":"private_key_jwt","jwks":${keys}}`,
    });
    const { code } = (await response.json()) as { code: string };
    expect([response.status, /^(invalid_request|malformed_encoding)$/.test(code)]).toEqual([400, true]);
  });

  it('is refused in a file of which it is a part', () => {
    for (const [, keys] of BAD_TEXT) {
      expect(() => parseDeclaration(JSON.stringify(fileWith(0)).replace('"jwks":0', `"jwks":${keys}`))).toThrow();
    }
  });
});

describe('keys that were stored before they were looked at', () => {
  it('do not keep the app, its page, the admin API or an export from working', async () => {
    const key = await anAssertionKey();
    const api = await anApi(server.database);
    const old = await aClient(server.database, {
      type: 'machine',
      authMethod: 'private_key_jwt',
      jwks: key.jwks,
      subscriptions: [{ api: api.identifier, scopes: ['reports:read'] }],
    });
    const deep = JSON.stringify(key.jwks).replace(
      '{"keys":[{',
      `{"keys":[{"more":${'['.repeat(3000)}${']'.repeat(3000)},`,
    );
    await server.database.db.updateTable('clients').set({ jwks: deep }).where('id', '=', old.clientId).execute();

    const assertion = await assertionOf(server, old.clientId, key);
    const token = await post(server, '/token', { grant_type: 'client_credentials', ...asForm(assertion) });
    expect(token.status).toBe(200);
    for (const path of ['', '/authentication', '/settings']) {
      const page = await visitor.visit(`/apps/${old.clientId}${path}`);
      expect([path, page.response.status, page.text.length < 200_000]).toEqual([path, 200, true]);
    }
    expect((await robot.call('GET', `/apps/${old.clientId}`)).body.jwks).toEqual(key.jwks);
    const exported = await run(['export']);
    expect([exported.code, exported.stderr]).toEqual([0, '']);
    expect(exported.stdout).toContain(old.clientId);
    expect(parseDeclaration(exported.stdout).declaration.apps?.length).toBeGreaterThan(0);
    const shown = await run(['app', 'show', old.clientId, '--json']);
    expect([shown.code, shown.stdout.length < 20_000]).toEqual([0, true]);
    const renamed = await robot.call('PATCH', `/apps/${old.clientId}`, { name: 'Renamed' });
    expect(renamed.status).toBe(200);
  });
});

describe('a key that was stored before it was looked at', () => {
  it.each([
    ['an “ext” that is no yes or no', { ext: 0 }],
    ['operations that are none', { key_ops: 'verify' }],
    ['a coordinate that is none', { x: 7 }],
    ['a kind that is a list', { kty: ['EC'] }],
    ['an algorithm that is an object', { alg: {} }],
    ['a use that is a list', { use: [] }],
    ['a name that is a number', { kid: 1 }],
    ['certificates of another kind', { x5c: {} }],
  ])('with %s keeps nobody from authenticating with the one behind it', async (_what, changes) => {
    const key = await anAssertionKey();
    const [good = {}] = key.jwks.keys as Jwk[];
    const ask = async (keys: Jwk[]) => {
      const wanted = { type: 'machine', authMethod: 'private_key_jwt', jwks: key.jwks } as const;
      const { clientId } = await aClient(server.database, wanted);
      const jwks = JSON.stringify({ keys });
      await server.database.db.updateTable('clients').set({ jwks }).where('id', '=', clientId).execute();
      const form = { grant_type: 'client_credentials', ...asForm(await assertionOf(server, clientId, key)) };
      const { status, body } = await post(server, '/token', form);
      return [status, body.error];
    };
    // It has no API, which is found out once it has authenticated.
    expect(await ask([{ ...ec, alg: 'ES256', ...changes }, good])).toEqual([400, 'invalid_target']);
    expect(await ask([{ ...ec, alg: 'ES256', ...changes }])).toEqual([401, 'invalid_client']);
  });
});

describe('after all this', () => {
  it('the server was not surprised once', () => {
    expect(failuresOf(server)).toEqual([]);
  });
});
