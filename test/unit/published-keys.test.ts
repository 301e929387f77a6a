import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { usableKeys } from '../../src/clients/keys/public-keys.ts';

const key = (kid: string) => ({
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
  kid,
});
const good = key('good');
const keysOf = (document: unknown) => usableKeys(JSON.stringify(document)).keys;

describe('what an app publishes at its jwks_uri', () => {
  it('is read without the keys that are for something else, or are none', () => {
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
    expect(keysOf({ keys: [good, ...others] })).toEqual([good]);
  });

  it('has at most 50 keys that are looked for', () => {
    const keys = Array.from({ length: 60 }, (_, index) => key(`key ${index}`));
    expect(keysOf({ keys })).toEqual(keys.slice(0, 50));
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
  ])('is refused when it %s', (_what, text, words) => {
    expect(() => usableKeys(text)).toThrow(words);
  });
});
