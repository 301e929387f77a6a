import { createHmac, createPrivateKey, sign } from 'node:crypto';
import { AUDIENCE, goodClaims, type TestIssuer } from './issuer.ts';
import { createKey, encode, signatureOf, signRaw } from './signing.ts';

export interface BadToken {
  readonly name: string;
  readonly token: unknown;
  /** Whether it names a key that does not exist, which may be looked for once in a while. */
  readonly isUnknownKid?: boolean;
}

/** Every token here is wrong in one way, and would be good without it. */
export function badTokens(issuer: TestIssuer, now: number, trap: string): BadToken[] {
  return [
    ...algorithms(issuer, now),
    ...headers(issuer, trap),
    ...claims(issuer, now),
    ...json(issuer, now),
    ...shapes(issuer),
    ...signatures(issuer),
    ...keys(issuer),
  ];
}

const header = { alg: 'ES256', typ: 'at+jwt', kid: 'key-1' };

function algorithms(issuer: TestIssuer, now: number): BadToken[] {
  const good = goodClaims(issuer.issuer, now);
  const nones = ['none', 'None', 'NONE', 'nOnE', 'noNE'].flatMap((alg) => [
    { name: `alg ${alg} without a signature`, token: `${encode({ ...header, alg })}.${encode(good)}.` },
    { name: `alg ${alg} with a good one`, token: signRaw({ ...header, alg }, good, signatureOf(issuer.key)) },
  ]);
  const secrets = {
    'the PEM of the public key': issuer.key.publicKey.export({ type: 'spki', format: 'pem' }),
    'the DER of the public key': issuer.key.publicKey.export({ type: 'spki', format: 'der' }),
    'the JWK of the public key': JSON.stringify(issuer.key.jwk),
    'an empty secret': '',
  };
  const hmacs = Object.entries(secrets).flatMap(([name, secret]) => [
    {
      name: `HS256 with ${name} for a secret`,
      token: signRaw({ ...header, alg: 'HS256' }, good, (input) => createHmac('sha256', secret).update(input).digest()),
    },
    {
      name: `alg ES256, but a MAC with ${name}`,
      token: signRaw(header, good, (input) => createHmac('sha256', secret).update(input).digest()),
    },
  ]);
  const rsa = createKey('key-rsa', 'RS256');
  const p384 = createKey('key-1', 'ES384');
  return [
    ...nones,
    ...hmacs,
    {
      name: 'HS512',
      token: signRaw({ ...header, alg: 'HS512' }, good, (input) => createHmac('sha512', '').update(input).digest()),
    },
    { name: 'alg RS256 for an EC key', token: signRaw({ ...header, alg: 'RS256' }, good, signatureOf(rsa)) },
    { name: 'alg ES384 for a P-256 key', token: signRaw({ ...header, alg: 'ES384' }, good, signatureOf(p384)) },
    { name: 'alg EdDSA for an EC key', token: issuer.token({}, { alg: 'EdDSA' }) },
    { name: 'alg ES256 for an RSA key', token: issuer.token({}, { kid: 'rsa-1' }) },
    { name: 'alg PS256 for a key for RS256', token: issuer.token({}, { alg: 'PS256', kid: 'rsa-1' }) },
    { name: 'alg in lower case', token: issuer.token({}, { alg: 'es256' }) },
    { name: 'alg with a space', token: issuer.token({}, { alg: 'ES256 ' }) },
    { name: 'alg that is an array', token: issuer.token({}, { alg: ['ES256'] }) },
    { name: 'alg missing', token: issuer.token({}, { alg: undefined }) },
  ];
}

function headers(issuer: TestIssuer, trap: string): BadToken[] {
  const own = createKey('key-1');
  const chain = [Buffer.from('certificate').toString('base64')];
  const refused: [string, Record<string, unknown>][] = [
    ['crit', { crit: ['exp'], exp: 1 }],
    ['crit that is empty', { crit: [] }],
    ['b64 false', { b64: false, crit: ['b64'] }],
    ['b64 true', { b64: true }],
    ['jku', { jku: `${trap}/jku` }],
    ['x5u', { x5u: `${trap}/x5u` }],
    ['x5c', { x5c: chain }],
    ['x5t', { x5t: 'c2hhMQ' }],
    ['x5t#S256', { 'x5t#S256': 'c2hhMjU2' }],
    ['zip', { zip: 'DEF' }],
    ['enc', { enc: 'A256GCM' }],
    ['typ JWT, as an ID token has', { typ: 'JWT' }],
    ['typ missing', { typ: undefined }],
    ['typ of a logout token', { typ: 'logout+jwt' }],
    ['typ of a DPoP proof', { typ: 'dpop+jwt' }],
    ['typ with more after it', { typ: 'at+jwt; charset=utf-8' }],
    ['typ of another tree', { typ: 'text/at+jwt' }],
    ['typ that is an array', { typ: ['at+jwt'] }],
  ];
  return [
    ...refused.map(([name, extra]) => ({ name, token: issuer.token({}, extra) })),
    { name: 'jwk, signed by it', token: issuer.token({}, { jwk: own.jwk }, own) },
    { name: 'jku to a JWKS with the key that signed it', token: issuer.token({}, { jku: `${trap}/jwks` }, own) },
    { name: 'the revocation feed', token: issuer.publish({}) },
  ];
}

function claims(issuer: TestIssuer, now: number): BadToken[] {
  const missing = ['iss', 'aud', 'exp', 'iat', 'sub', 'client_id', 'jti'];
  const wrong: [string, Record<string, unknown>][] = [
    ['iss of another server', { iss: 'https://evil.example.com' }],
    ['iss with a slash more', { iss: `${issuer.issuer}/` }],
    ['iss that is an array', { iss: [issuer.issuer] }],
    ['iss that starts like ours', { iss: `${issuer.issuer}.evil.example.com` }],
    ['aud of another API', { aud: 'https://other.example.com' }],
    ['aud array without ours', { aud: ['https://other.example.com', `${AUDIENCE}/`] }],
    ['aud array that is empty', { aud: [] }],
    ['aud array with a number', { aud: [AUDIENCE, 1] }],
    ['aud that is an object', { aud: { 0: AUDIENCE } }],
    ['aud that contains ours', { aud: `${AUDIENCE}.evil.example.com` }],
    ['aud in another case', { aud: AUDIENCE.toUpperCase() }],
    ['exp past', { exp: now - 6 }],
    ['exp just past', { exp: now - 5 }],
    ['exp as a string', { exp: String(now + 300) }],
    ['exp null', { exp: null }],
    ['exp true', { exp: true }],
    ['exp with a fraction', { exp: now + 300.5 }],
    ['exp huge', { exp: Number.MAX_SAFE_INTEGER }],
    ['exp negative', { exp: -1 }],
    ['exp zero', { exp: 0 }],
    ['exp in milliseconds', { exp: (now + 300) * 1000 }],
    ['nbf in the future', { nbf: now + 6 }],
    ['nbf as a string', { nbf: String(now) }],
    ['nbf null', { nbf: null }],
    ['iat in the future', { iat: now + 6 }],
    ['iat as a string', { iat: String(now) }],
    ['iat with a fraction', { iat: now - 0.5 }],
    ['sub empty', { sub: '' }],
    ['sub that is a number', { sub: 1 }],
    ['client_id that is an object', { client_id: {} }],
    ['jti empty', { jti: '' }],
    ['scope that is an array', { scope: ['reports:read'] }],
    ['grant_id that is a number', { grant_id: 1 }],
    ['cnf that is a string', { cnf: 'jkt' }],
    ['cnf that is empty', { cnf: {} }],
    ['cnf that nobody understands', { cnf: { kid: 'key' } }],
  ];
  return [
    ...missing.map((name) => ({ name: `${name} missing`, token: issuer.token({ [name]: undefined }) })),
    ...wrong.map(([name, claim]) => ({ name, token: issuer.token(claim) })),
  ];
}

function json(issuer: TestIssuer, now: number): BadToken[] {
  const good = JSON.stringify(goodClaims(issuer.issuer, now));
  const head = JSON.stringify(header);
  const withMore = (text: string, more: string) => `${text.slice(0, -1)},${more}}`;
  const payloads: [string, string | Uint8Array][] = [
    ['duplicate exp', withMore(good, `"exp":${now + 999}`)],
    ['duplicate aud, spelled with an escape', withMore(good, '"\\u0061ud":"https://other.example.com"')],
    ['duplicate member deep inside', withMore(good, '"act":{"chain":[{"sub":"a","sub":"b"}]}')],
    ['exp that is NaN', good.replace(/"exp":\d+/, '"exp":NaN')],
    ['exp that is infinite', good.replace(/"exp":\d+/, '"exp":1e999')],
    ['exp with an exponent beyond dates', good.replace(/"exp":\d+/, '"exp":1e300')],
    ['a payload that is deep', withMore(good, `"deep":${'['.repeat(2000)}${']'.repeat(2000)}`)],
    ['a payload that is an array', `[${good}]`],
    ['a payload that is a string', JSON.stringify(good)],
    ['a payload that is null', 'null'],
    ['a payload with a comma too many', good.replace('}', ',}')],
    ['a payload with a comment', good.replace('{', '{/**/')],
    ['a payload with a byte order mark', `\uFEFF${good}`],
    ['a payload with something after it', `${good}{}`],
    [
      'a payload that is not UTF-8',
      Buffer.concat([Buffer.from(withMore(good, '"x":"')), Buffer.from([0xff, 0x22, 0x7d])]),
    ],
  ];
  const heads: [string, string][] = [
    ['duplicate alg in the header', withMore(head, '"alg":"none"')],
    ['duplicate kid in the header', `{"kid":"other",${head.slice(1)}`],
    ['a header that is an array', `[${head}]`],
    ['a header that is deep', withMore(head, `"x":${'{"a":'.repeat(500)}1${'}'.repeat(500)}`)],
  ];
  const signature = signatureOf(issuer.key);
  return [
    ...payloads.map(([name, payload]) => ({ name, token: signRaw(header, payload, signature) })),
    ...heads.map(([name, text]) => ({ name, token: signRaw(text, good, signature) })),
    { name: 'a payload of 16 KB', token: issuer.token({ filler: 'x'.repeat(16_384) }) },
    { name: 'a payload of 10 MB', token: issuer.token({ filler: 'x'.repeat(10_000_000) }) },
  ];
}

function shapes(issuer: TestIssuer): BadToken[] {
  const good = issuer.token();
  const [head = '', payload = '', signature = ''] = good.split('.');
  const tokens: [string, unknown][] = [
    ['empty', ''],
    ['undefined', undefined],
    ['an object', { token: good }],
    ['an array', [good]],
    ['a String object', new String(good)],
    ['one dot', '.'],
    ['two dots', '..'],
    ['opaque', 'YzJ4aGMzTm9hVzVuTFc5dw'],
    ['one part', head],
    ['without a signature', `${head}.${payload}`],
    ['with an empty signature', `${head}.${payload}.`],
    ['an empty payload', `${head}..${signature}`],
    ['an empty header', `.${payload}.${signature}`],
    ['a dot more at the end', `${good}.`],
    ['a dot more at the start', `.${good}`],
    ['five parts, as encryption has', `${good}.${payload}.${signature}`],
    ['truncated by one', good.slice(0, -1)],
    ['truncated in the payload', good.slice(0, head.length + 20)],
    ['a space before', ` ${good}`],
    ['a space after', `${good} `],
    ['a newline after', `${good}\n`],
    ['a space inside', `${head}. ${payload}.${signature}`],
    ['a NUL after', `${good}\0`],
    ['padding', `${head}.${payload}.${signature}==`],
    ['base64 with plus and slash', `${head}.${payload}.${signature.slice(0, -2)}+/`],
    ['a full-width dot', good.replace('.', '．')],
    ['a letter that only looks Latin', good.replace(/^e/, 'е')],
    ['the header escaped for a URL', good.replace('.', '%2E')],
    ['in quotes', `"${good}"`],
    ['with its scheme', `Bearer ${good}`],
    ['JSON serialization', JSON.stringify({ payload, protected: head, signature })],
    ['a signature in another spelling', `${head}.${payload}.${otherSpelling(signature)}`],
    ['a payload in another spelling', `${head}.${otherSpelling(encode('{}'))}.${signature}`],
  ];
  return tokens.map(([name, token]) => ({ name: `shape: ${name}`, token }));
}

/** The same bytes: the last character's unused bits are set. */
function otherSpelling(base64url: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = alphabet.indexOf(base64url.at(-1) ?? '');
  return base64url.slice(0, -1) + alphabet[last ^ 1];
}

function signatures(issuer: TestIssuer): BadToken[] {
  const good = issuer.token();
  const [head = '', payload = '', signature = ''] = good.split('.');
  const bytes = Buffer.from(signature, 'base64url');
  const half = bytes.length / 2;
  const other: [string, Buffer][] = [
    ['r and s swapped', Buffer.concat([bytes.subarray(half), bytes.subarray(0, half)])],
    ['s one byte short', bytes.subarray(0, -1)],
    ['one byte more', Buffer.concat([bytes, Buffer.from([0])])],
    ['all zeros', Buffer.alloc(64)],
    ['one bit flipped', Buffer.from(bytes.map((byte, at) => (at === 40 ? byte ^ 1 : byte)))],
    ['in DER', sign('sha256', Buffer.from(`${head}.${payload}`), issuer.key.privateKey)],
  ];
  const claim = { ...goodClaims(issuer.issuer, 0), ...JSON.parse(Buffer.from(payload, 'base64url').toString()) };
  return [
    ...other.map(([name, value]) => ({
      name: `signature: ${name}`,
      token: `${head}.${payload}.${value.toString('base64url')}`,
    })),
    { name: 'a payload that was changed', token: `${head}.${encode({ ...claim, sub: 'admin' })}.${signature}` },
    { name: 'a header that was changed', token: `${encode({ ...header, x: 1 })}.${payload}.${signature}` },
    { name: 'the signature of another token', token: `${head}.${payload}.${issuer.token().split('.')[2]}` },
    { name: 'signed by a key of the same name', token: issuer.token({}, {}, createKey('key-1')) },
    { name: 'signed by a well-known key', token: issuer.token({}, {}, wellKnown()) },
  ];
}

/** The example key of RFC 7515 §A.3. */
function wellKnown() {
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
    y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
    d: 'jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI',
  };
  return { ...createKey('key-1'), privateKey: createPrivateKey({ key: jwk, format: 'jwk' }) };
}

function keys(issuer: TestIssuer): BadToken[] {
  const kids: [string, unknown][] = [
    ['unknown', 'key-2'],
    ['a path', '../../../etc/passwd'],
    ['SQL', "x' OR 1=1--"],
    ['a member of every object', '__proto__'],
    ['constructor', 'constructor'],
    ['in another case', 'KEY-1'],
    ['a URL', 'https://evil.example.com/jwks'],
    ['with a NUL', 'key-1\0'],
  ];
  const wrong: [string, unknown][] = [
    ['missing', undefined],
    ['empty', ''],
    ['null', null],
    ['a number', 1],
    ['an array', ['key-1']],
    ['very long', 'k'.repeat(257)],
  ];
  return [
    ...kids.map(([name, kid]) => ({ name: `kid: ${name}`, token: issuer.token({}, { kid }), isUnknownKid: true })),
    ...wrong.map(([name, kid]) => ({ name: `kid: ${name}`, token: issuer.token({}, { kid }) })),
  ];
}
