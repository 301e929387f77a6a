import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import {
  keyFromBearer,
  MissingMasterKey,
  seal,
  sealWith,
  unseal,
  unsealWith,
  WrongMasterKey,
} from '../../src/keys/sealing/seal.ts';

const k1 = { id: 'k1', key: randomBytes(32) };
const k2 = { id: 'k2', key: randomBytes(32) };

describe('sealing under master keys', () => {
  it('opens with any key of the list and seals with the first', () => {
    const old = seal([k1], 'row:1', 'text');
    expect(unseal([k2, k1], 'row:1', old)).toBe('text');
    expect(seal([k2, k1], 'row:1', 'text')).toMatch(/^k2\./);
  });

  it('never gives the same sealed value twice', () => {
    expect(seal([k1], 'row:1', 'text')).not.toBe(seal([k1], 'row:1', 'text'));
  });

  it('names the key that is missing, and the one that is wrong', () => {
    const sealed = seal([k1], 'row:1', 'text');
    expect(() => unseal([k2], 'row:1', sealed)).toThrow(MissingMasterKey);
    expect(() => unseal([k2], 'row:1', sealed)).toThrow(/"k1" is missing/);
    expect(() => unseal([{ id: 'k1', key: k2.key }], 'row:1', sealed)).toThrow(WrongMasterKey);
  });

  it('does not open in another context', () => {
    expect(() => unseal([k1], 'row:2', seal([k1], 'row:1', 'text'))).toThrow(WrongMasterKey);
  });

  it('does not open with a single bit changed', () => {
    const key = keyFromBearer('bearer', 'purpose');
    const sealed = sealWith(key, 'context', Buffer.from('text'));
    for (let i = 0; i < sealed.length; i += 1) {
      const changed = Buffer.from(sealed);
      changed[i] = (changed[i] ?? 0) ^ 1;
      expect(() => unsealWith(key, 'context', changed)).toThrow();
    }
    expect(unsealWith(key, 'context', sealed).toString()).toBe('text');
  });

  it('derives another key for another purpose', () => {
    expect(keyFromBearer('bearer', 'a')).not.toEqual(keyFromBearer('bearer', 'b'));
  });
});
