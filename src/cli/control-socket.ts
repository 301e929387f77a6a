import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, realpathSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** The shortest limit of the systems that we know (macOS) is 104 bytes, with the NUL at the end. */
const LONGEST_PATH = 103;

/**
 * Where the server that holds this folder takes commands: in the folder, which only its owner can enter. A folder
 * whose path is too long for a socket has it in a folder of its own among the temporary files.
 */
export function controlSocketPath(dataDir: string): string {
  const folder = realpathSync(dataDir);
  const inside = join(folder, 'control.sock');
  if (Buffer.byteLength(inside) <= LONGEST_PATH) return inside;
  const hash = createHash('sha256').update(folder).digest('hex').slice(0, 24);
  return join(tmpdir(), `latchkey-${hash}`, 'control.sock');
}

/** Makes the socket's folder if it is missing. */
export function makeSocketFolder(socketPath: string): void {
  mkdirSync(dirname(socketPath), { recursive: true, mode: 0o700 });
}

/**
 * Whether only the owner of the data can be behind the socket. Anyone can make a folder among the temporary files, and
 * would be sent passwords there.
 */
export function isPrivateSocket(socketPath: string, dataDir: string): boolean {
  const folder = lstatSync(dirname(socketPath), { throwIfNoEntry: false });
  if (!folder) return false;
  return folder.isDirectory() && folder.uid === statSync(dataDir).uid && (folder.mode & 0o077) === 0;
}
