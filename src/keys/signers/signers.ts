import type { MasterKey } from '../../config.ts';
import { createDatabaseSigner } from './database-signer.ts';
import type { Signer } from './signer.ts';
import { createSocketSigner } from './socket-signer.ts';

/** The signers of a configuration: the first makes new keys, and keys from before a change of signer still sign. */
export function createSigners(masterKeys: readonly MasterKey[], socket: string | undefined): [Signer, ...Signer[]] {
  const database = createDatabaseSigner(masterKeys);
  return socket ? [createSocketSigner(socket), database] : [database];
}
