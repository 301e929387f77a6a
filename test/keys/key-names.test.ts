import { randomBytes } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { createDatabaseSigner } from '../../src/keys/signers/database-signer.ts';

it('a kid never begins with a dash: commands would take it for an option', async () => {
  const signer = createDatabaseSigner([{ id: 'test', key: randomBytes(32) }]);
  const made = await Promise.all(Array.from({ length: 400 }, () => signer.createKey('EdDSA')));
  expect(made.filter(({ publicJwk }) => !/^[\w][\w-]{42}$/.test(publicJwk.kid ?? ''))).toEqual([]);
});
