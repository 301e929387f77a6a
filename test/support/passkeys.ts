import { createHash, createSign, generateKeyPairSync, randomBytes } from 'node:crypto';
import type { Person } from './person.ts';
import type { TestServer } from './server.ts';

const sha256 = (value: string | Buffer) => createHash('sha256').update(value).digest();

/** How an authenticator answers, where it is not the usual one. */
interface Manner {
  readonly verified?: boolean;
  readonly counter?: number;
  readonly origin?: string;
  readonly rpId?: string;
  readonly challenge?: string;
}

/** A passkey of somebody, and what signs for it: an authenticator without a browser (WebAuthn §6.1, §6.3.3). */
export async function withPasskey(
  { database: { db }, issuer }: Pick<TestServer, 'database' | 'issuer'>,
  accountId: string,
) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  // COSE_Key of ES256 (RFC 9053 §7.1.1), as CBOR.
  const [xBytes, yBytes] = [x, y].map((text) => Buffer.from(text, 'base64url'));
  const cose = Buffer.concat([
    Buffer.from('a5010203262001215820', 'hex'),
    xBytes ?? Buffer.alloc(0),
    Buffer.from('225820', 'hex'),
    yBytes ?? Buffer.alloc(0),
  ]);
  const id = randomBytes(16).toString('base64url');
  const row = { id, account_id: accountId, name: 'Laptop', public_key: cose, counter: 0, synced: false };
  await db
    .insertInto('passkeys')
    .values({ ...row, transports: [], created_at: new Date() })
    .execute();
  let count = 0;
  /** @returns the answer to a challenge, as a page sends it */
  const answer = (challenge: string, manner: Manner = {}) => {
    count += 1;
    const type = 'webauthn.get';
    const { origin, hostname } = new URL(issuer);
    const said = {
      type,
      challenge: manner.challenge ?? challenge,
      origin: manner.origin ?? origin,
      crossOrigin: false,
    };
    const clientData = Buffer.from(JSON.stringify(said));
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(manner.counter ?? count);
    const flags = Buffer.from([manner.verified === false ? 0x01 : 0x05]);
    const data = Buffer.concat([sha256(manner.rpId ?? hostname), flags, counter]);
    const signature = createSign('sha256').update(data).update(sha256(clientData)).sign(privateKey);
    return JSON.stringify({
      id,
      rawId: id,
      type: 'public-key',
      clientExtensionResults: {},
      response: {
        clientDataJSON: clientData.toString('base64url'),
        authenticatorData: data.toString('base64url'),
        signature: signature.toString('base64url'),
        userHandle: Buffer.from(accountId).toString('base64url'),
      },
    });
  };
  return { id, answer };
}

/** What the page's script asks for. */
export async function optionsOn(person: Person, page: { url: string; text: string }) {
  const [, action = '', csrf = ''] =
    /action="([^"]*)" data-passkey[^>]*>[\s\S]*?name="csrf" value="([^"]*)"/.exec(page.text) ?? [];
  const target = new URL(action, page.url).href;
  const response = await person.request(`${target}/options`, { form: { csrf } });
  const options = (await response.json()) as {
    challenge: string;
    rpId: string;
    userVerification: string;
    allowCredentials?: { id: string }[];
  };
  return { options, csrf, target };
}
