import { generateKeyPairSync } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { withUsableKeys } from '../../src/oidc/published-keys.ts';

const key = (kid: string) => ({
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
  kid,
});
const good = key('good');
const keysOf = async (document: unknown) => {
  const text = typeof document === 'string' ? document : JSON.stringify(document);
  return ((await (await withUsableKeys(new Response(text))).json()) as { keys: unknown[] }).keys;
};

describe('what an app publishes at its jwks_uri', () => {
  it('is read without the keys that are for something else, or are none', async () => {
    const others = [
      { ...key('enc'), use: 'enc' },
      { ...key('leaked'), d: 'AQ' },
      { ...key('off'), y: good.x },
      { kty: 'oct', k: 'c2VjcmV0' },
      { kty: 'AKP', alg: 'ML-DSA-44', pub: 'AQ' },
      { ...key('nested'), more: { a: 1 } },
      { ...key('good') },
      [],
      null,
      'key',
    ];
    expect(await keysOf({ keys: [good, ...others] })).toEqual([good]);
  });

  it('has at most 50 keys that are looked for', async () => {
    const keys = Array.from({ length: 60 }, (_, index) => key(`key ${index}`));
    expect(await keysOf({ keys })).toEqual(keys.slice(0, 50));
  });

  it.each([
    ['is nested', `{"keys":[],"a":${'['.repeat(3000)}${']'.repeat(3000)}}`, 'nested too deeply'],
    ['has a NUL in it', '{"keys":[{"kid":"a\\u0000b"}]}', 'cannot be kept'],
    ['has half of a surrogate pair in it', '{"keys":[{"kid":"\\udfff"}]}', 'cannot be kept'],
    ['has its keys twice', '{"keys":[],"keys":[]}', 'member twice'],
    ['has no keys', '{"issuer":"x"}', 'not a JWK Set'],
    ['has keys that are no list', '{"keys":{}}', 'not a JWK Set'],
    ['is a page', '<!doctype html>', 'not JSON'],
    ['is nothing', '', 'not JSON'],
  ])('is refused when it %s', async (_what, text, words) => {
    await expect(withUsableKeys(new Response(text))).rejects.toThrow(words);
  });

  it('is read to 64 KiB, whatever it says of its length', async () => {
    const body = new ReadableStream({
      pull(controller) {
        controller.enqueue(new Uint8Array(16 * 1024).fill(0x20));
      },
    });
    await expect(withUsableKeys(new Response(body, { headers: { 'content-length': '10' } }))).rejects.toThrow('larger');
  });

  it('says nothing of its packing once it is unpacked', async () => {
    const headers = { 'content-encoding': 'gzip', 'content-length': String(gzipSync('{}').length), etag: '"1"' };
    const answer = await withUsableKeys(new Response(JSON.stringify({ keys: [good] }), { headers }));
    expect(Object.fromEntries(answer.headers)).toEqual({ 'content-type': 'text/plain;charset=UTF-8', etag: '"1"' });
  });
});
