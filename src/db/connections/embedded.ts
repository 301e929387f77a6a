import { chmodSync, existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { PGlite } from '@electric-sql/pglite';
import { becomeOwnerOf, findForeign, makeFolder, writeWhole } from '../../owned-files.ts';
import { type Database, embed, INT8 } from './connection.ts';
import { DatabaseUnusable } from './explain.ts';

/** Another process has the data folder. */
export class DataDirInUse extends Error {
  constructor(dataDir: string) {
    super(`DATA_DIR: ${dataDir} is in use by another process; stop it, or set DATABASE_URL to run several`);
    this.name = 'DataDirInUse';
  }
}

/** What is ours in the folder beside the lock; an operator may keep other files there. */
const OURS = ['secrets.json', 'demo.json', 'postgres'];

/** Opens the embedded database under a lock of the folder. @throws {DataDirInUse} @throws {DatabaseUnusable} */
export async function openEmbedded(dataDir: string): Promise<Database> {
  takeFolder(dataDir);
  const unlock = lockFolder(dataDir);
  try {
    requireOurs(dataDir, OURS);
    const pglite = await openWhole(join(dataDir, 'postgres'));
    return await embed(pglite, unlock);
  } catch (error) {
    unlock();
    if (error instanceof DatabaseUnusable) throw error;
    throw new DatabaseUnusable(
      `DATA_DIR: the embedded database in ${dataDir} cannot be opened (${String(error).split('\n')[0]}); look for room on the disk, else restore the folder from a backup`,
      { cause: error },
    );
  }
}

function takeFolder(dataDir: string): void {
  try {
    makeFolder(dataDir);
    becomeOwnerOf(dataDir);
    if (process.geteuid === undefined || statSync(dataDir).uid === process.geteuid()) chmodSync(dataDir, 0o700);
  } catch (error) {
    throw new DatabaseUnusable(`DATA_DIR: ${dataDir} cannot be used (${(error as Error).message})`, { cause: error });
  }
  requireOurs(dataDir, ['lock']);
}

function requireOurs(dataDir: string, names: readonly string[]): void {
  const foreign = findForeign(dataDir, names);
  if (foreign === undefined) return;
  const [us, group] = [process.geteuid?.(), process.getegid?.()];
  throw new DatabaseUnusable(
    `DATA_DIR: ${foreign} belongs to the account ${statSync(foreign).uid}, and this is ${us}, which cannot use it; run as root: chown -R ${us}:${group} ${dataDir}`,
  );
}

/** Opens it. Half of one, which a full disk or a kill left at a first start, could never be opened: it is made anew. */
async function openWhole(folder: string): Promise<PGlite> {
  // Loaded only where it is used: on PostgreSQL it would be memory for nothing.
  const { PGlite } = await import('@electric-sql/pglite');
  // A mark that is there from before the first file until after the last one: meanwhile nobody has written anything of
  // value.
  const unfinished = `${folder}.unfinished`;
  if (existsSync(unfinished)) rmSync(folder, { recursive: true, force: true });
  const isNew = !existsSync(folder) || readdirSync(folder).length === 0;
  if (isNew) writeWhole(unfinished, '');
  try {
    const pglite = new PGlite(folder, { parsers: { [INT8]: Number } });
    await pglite.waitReady;
    return pglite;
  } catch (error) {
    if (isNew) rmSync(folder, { recursive: true, force: true });
    throw error;
  } finally {
    rmSync(unfinished, { force: true });
  }
}

const SQLITE_BUSY = 5;

/**
 * A lock that the operating system drops when the process ends, however it ends: SQLite's on a file of its own. A file
 * with a process id in it would outlive a crash, and two processes can both find it stale.
 */
function lockFolder(dataDir: string): () => void {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(join(dataDir, 'lock'));
    lock.exec('PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    lock?.close();
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) throw new DataDirInUse(dataDir);
    throw new DatabaseUnusable(`DATA_DIR: ${dataDir} cannot be locked (${(error as Error).message})`, { cause: error });
  }
  const held = lock;
  return () => held.close();
}
