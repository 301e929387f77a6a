/**
 * Walks the ways of three people who are new here in a real browser: a developer, the owner of an API, an operator. Prints how
 * many clicks and seconds each took, from the home page on; typing is done by a program, so the seconds are those of the server.
 *
 *   npm run walk
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const report = fileURLToPath(new URL('../test-results/walks.json', import.meta.url));

rmSync(report, { force: true });
const { status } = spawnSync(
  process.execPath,
  ['scripts/test.ts', 'browser', 'test/browser/walk.test.ts', ...process.argv.slice(2)],
  { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
);
const walks = JSON.parse(readFileSync(report, 'utf8')) as { walk: string; clicks: number; seconds: number }[];
console.table(Object.fromEntries(walks.map(({ walk, clicks, seconds }) => [walk, { clicks, seconds }])));
process.exitCode = status ?? 1;
