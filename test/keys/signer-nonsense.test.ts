import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { createSocketSigner } from '../../src/keys/signers/socket-signer.ts';

it.each(['', 'nonsense', '{"kid":'])('a signer that answers %j is one that does not answer', async (answer) => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-signer-'));
  const socket = join(folder, 'signer.sock');
  const program = createServer((_request, response) => response.end(answer));
  await new Promise<void>((resolve) => program.listen(socket, resolve));
  const signer = createSocketSigner(socket);
  await expect(signer.createKey('ES256')).rejects.toMatchObject({ name: 'SignerUnavailable', code: 'unavailable' });
  await new Promise((resolve) => program.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});
