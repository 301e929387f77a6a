import { randomBytes } from 'node:crypto';
import {
  accessSync,
  chownSync,
  closeSync,
  constants,
  existsSync,
  fchownSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

const isRoot = () => process.geteuid?.() === 0;

/** Makes a folder that only its owner can enter. What root makes belongs to whom the folder above belongs. */
export function makeFolder(folder: string): void {
  const first = mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (first === undefined || !isRoot()) return;
  const { uid, gid } = statSync(dirname(first));
  for (let made = folder; made.length >= first.length; made = dirname(made)) chownSync(made, uid, gid);
}

/**
 * Root becomes the owner of a folder before it makes anything there, and stays that: what a command run once by root
 * leaves behind would keep the server, which runs as the owner, from its own data.
 */
export function becomeOwnerOf(folder: string): void {
  if (!isRoot()) return;
  const { uid, gid } = statSync(folder);
  if (uid === 0) return;
  process.setgroups?.([gid]);
  process.setgid?.(gid);
  process.setuid?.(uid);
}

/** The first file or folder at or below a path that this process may not read and write; in a folder, of these names. */
export function findForeign(path: string, names?: readonly string[]): string | undefined {
  if (!isOurs(path)) return path;
  if (!statSync(path).isDirectory()) return undefined;
  for (const name of names ?? readdirSync(path)) {
    const below = join(path, name);
    const foreign = existsSync(below) ? findForeign(below) : undefined;
    if (foreign !== undefined) return foreign;
  }
  return undefined;
}

function isOurs(path: string): boolean {
  const { R_OK, W_OK, X_OK } = constants;
  try {
    accessSync(path, statSync(path).isDirectory() ? R_OK | W_OK | X_OK : R_OK | W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Writes a file that only its owner reads: whole or not at all, also on a full disk or when the process is killed. */
export function writeWhole(file: string, text: string): void {
  const aside = writeAside(file, text);
  renameSync(aside, file);
  syncFolder(file);
}

/** The same, where no file may be yet. @returns false when there is one, which stays as it is */
export function createWhole(file: string, text: string): boolean {
  const aside = writeAside(file, text);
  try {
    linkSync(aside, file);
    syncFolder(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    // Some file systems have no links.
    if (existsSync(file)) return false;
    renameSync(aside, file);
    return true;
  } finally {
    rmSync(aside, { force: true });
  }
}

function writeAside(file: string, text: string): string {
  const aside = `${file}.${randomBytes(4).toString('hex')}.new`;
  try {
    const open = openSync(aside, 'wx', 0o600);
    try {
      writeFileSync(open, text);
      const { uid, gid } = statSync(dirname(file));
      if (isRoot()) fchownSync(open, uid, gid);
      fsyncSync(open);
    } finally {
      closeSync(open);
    }
  } catch (error) {
    rmSync(aside, { force: true });
    throw error;
  }
  return aside;
}

/** So that the name outlives a loss of power too. Windows has no such thing. */
function syncFolder(file: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(dirname(file), 'r');
  fsyncSync(folder);
  closeSync(folder);
}
