import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { versionOf } from '../packages.ts';

/** On what a run was made: machine, versions, commit, date. */
export function describeSurroundings(postgresVersion: string): string[][] {
  const packages = ['oidc-provider', 'koa', '@node-oauth/oauth2-server', 'better-auth', 'pg', 'kysely'];
  return [
    ['machine', `${availableParallelism()} cores, ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GB`],
    ['system', `Linux ${release()}`],
    ['Node', process.versions.node],
    ['PostgreSQL', `${postgresVersion}, defaults, fsync on`],
    ...packages.map((name) => [name, versionOf(name)]),
    ['commit', commit()],
    ['date', new Date().toISOString().slice(0, 10)],
  ];
}

function commit(): string {
  const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8', cwd: import.meta.dirname }).trim();
  try {
    const changed = git('status', '--porcelain', '--', '../src', '../migrations', '.');
    return git('rev-parse', '--short', 'HEAD') + (changed ? ', with changes that are not committed' : '');
  } catch {
    return 'unknown';
  }
}
