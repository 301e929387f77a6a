import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

export interface TestKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly jwk: Record<string, unknown>;
}

export function createKey(kid: string, alg = 'ES256'): TestKey {
  const { privateKey, publicKey } = generate(alg);
  return { kid, alg, privateKey, publicKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' } };
}

function generate(alg: string): { privateKey: KeyObject; publicKey: KeyObject } {
  if (alg === 'EdDSA') return generateKeyPairSync('ed25519');
  if (alg.startsWith('RS')) return generateKeyPairSync('rsa', { modulusLength: alg.endsWith('-1024') ? 1024 : 2048 });
  return generateKeyPairSync('ec', { namedCurve: alg === 'ES384' ? 'P-384' : 'P-256' });
}

export const encode = (part: unknown): string =>
  Buffer.from(typeof part === 'string' || part instanceof Uint8Array ? part : JSON.stringify(part)).toString(
    'base64url',
  );

/** A JWS of anything, well-formed or not. A string or bytes are taken as they are, to write JSON that no encoder would. */
export function signRaw(header: unknown, payload: unknown, signature: (input: Buffer) => Buffer): string {
  const input = `${encode(header)}.${encode(payload)}`;
  return `${input}.${signature(Buffer.from(input)).toString('base64url')}`;
}

/** The signature of a JWS under the key's own algorithm, whatever the header says. */
export const signatureOf =
  ({ alg, privateKey }: TestKey) =>
  (input: Buffer): Buffer =>
    sign(alg === 'EdDSA' ? null : `sha${alg.slice(2, 5)}`, input, { key: privateKey, dsaEncoding: 'ieee-p1363' });
