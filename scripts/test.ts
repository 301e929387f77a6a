/**
 * Runs suites of the tests, one after the other, whatever became of the one before:
 *
 *     node scripts/test.ts [postgres] [embedded] [pgbouncer] [browser] [faults] [what Jest takes]
 *
 * Without a suite's name, on PostgreSQL and then on the embedded database. A suite in which nothing begins or ends for too
 * long, or that takes too long in all, is ended, and the files that it was at are named. Ends with the slowest files and a
 * line for each suite; with code 1 when something failed, or when a suite has run nothing.
 *
 * TEST_ENDS_AT: the second of the Unix clock by which all must have ended. TEST_TOTALS: a file to which the numbers of what
 * passed and of what failed are written.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The name is TEST_ON, by which jest.config.js chooses the files. */
interface Suite {
  /** More than it takes on two cores that have something else to do as well. */
  readonly minutes: number;
  /** What else the specs are told. */
  readonly env?: Readonly<Record<string, string>>;
}

const SUITES: Readonly<Record<string, Suite>> = {
  postgres: { minutes: 35 },
  embedded: { minutes: 20 },
  pgbouncer: { minutes: 12 },
  browser: { minutes: 20 },
  faults: { minutes: 22, env: { RACE_ROUNDS: '200' } },
};
const MINUTE = 60_000;
/** Longer than one test may take (`testTimeout`), with what is made ready before it and cleared away after it. */
const SILENCE = 8 * MINUTE;
/** Milliseconds that a suite gets to end in order. */
const GRACE = 15_000;
const SLOWEST = 20;

interface File {
  readonly name: string;
  readonly seconds: number;
  readonly passed: number;
  readonly failed: number;
}

interface Outcome {
  readonly suite: string;
  readonly files: readonly File[];
  /** That began, and did not end. */
  readonly unfinished: readonly string[];
  readonly seconds: number;
  readonly wrong: readonly string[];
}

const words = process.argv.slice(2);
const named = words.filter((word) => word in SUITES);
const forJest = words.filter((word) => !(word in SUITES));
const folder = mkdtempSync(join(tmpdir(), 'latchkey-report-'));
const outcomes: Outcome[] = [];
for (const suite of named.length > 0 ? named : ['postgres', 'embedded']) outcomes.push(await runSuite(suite));
rmSync(folder, { recursive: true, force: true });
process.exitCode = tell(outcomes) ? 0 : 1;

async function runSuite(name: string): Promise<Outcome> {
  const { env, minutes } = SUITES[name] as Suite;
  const report = join(folder, name);
  const started = Date.now();
  const endsAt = Math.min(
    started + minutes * MINUTE,
    Number(process.env.TEST_ENDS_AT ?? Number.POSITIVE_INFINITY) * 1000,
  );
  if (endsAt - started < GRACE)
    return { suite: name, files: [], unfinished: [], seconds: 0, wrong: ['had no time left'] };
  const jest = ['node_modules/jest/bin/jest.js', ...forJest];
  const child = spawn(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      ...jest,
      ...(forJest.length > 0 ? ['--passWithNoTests'] : []),
    ],
    // A group of its own, where there are any: what the specs have started ends with it.
    {
      stdio: 'inherit',
      detached: process.platform !== 'win32',
      env: { ...process.env, ...env, TEST_ON: name, TEST_REPORT: report },
    },
  );
  const { code, ended } = await untilEnded(child, () => {
    if (Date.now() > endsAt) return 'took too long';
    return linesOf(report).length === 0 || Date.now() - changedAt(report, started) < SILENCE
      ? undefined
      : 'stood still';
  });
  const lines = linesOf(report);
  const files = lines.flatMap(({ ended: file, ...rest }) => (file ? [{ name: file, ...rest } as File] : []));
  const done = new Set(files.map((file) => file.name));
  const unfinished = lines.flatMap(({ began }) => (began && !done.has(began) ? [began] : []));
  const wrong = [
    ...(ended ? [`${ended}, and was ended`] : []),
    ...(!ended && code !== 0 && files.every(({ failed }) => failed === 0) ? [`ended with code ${code}`] : []),
    ...(files.length === 0 && forJest.length === 0 ? ['ran nothing'] : []),
  ];
  return { suite: name, files, unfinished, seconds: (Date.now() - started) / 1000, wrong };
}

/** Ends it, with all that it has started, when `why` says so or this program is to end. */
async function untilEnded(child: ChildProcess, why: () => string | undefined) {
  const exit = Promise.withResolvers<number | null>();
  child.once('exit', exit.resolve).once('error', () => exit.resolve(null));
  const signal = (what: NodeJS.Signals) => {
    try {
      if (child.pid === undefined) return;
      if (process.platform === 'win32') child.kill(what);
      else process.kill(-child.pid, what);
    } catch {
      // All have ended already.
    }
  };
  let ended: string | undefined;
  let last: NodeJS.Timeout | undefined;
  const end = (reason: string) => {
    ended ??= reason;
    signal('SIGTERM');
    last ??= setTimeout(() => signal('SIGKILL'), GRACE);
  };
  const looks = setInterval(() => {
    const reason = ended ? undefined : why();
    if (reason) end(reason);
  }, 1000);
  const interrupted = () => end('was interrupted');
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  const code = await exit.promise;
  clearInterval(looks);
  clearTimeout(last);
  // What Jest has left behind, of itself or of the specs.
  if (ended) signal('SIGKILL');
  process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
  return { code, ended };
}

type Line = Partial<{ began: string; ended: string; seconds: number; passed: number; failed: number }>;

function linesOf(report: string): Line[] {
  if (!existsSync(report)) return [];
  const lines = readFileSync(report, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Line);
}

/** When a file began or ended for the last time. */
function changedAt(report: string, started: number): number {
  return existsSync(report) ? statSync(report).mtimeMs : started;
}

/** @returns whether all is well */
function tell(all: readonly Outcome[]): boolean {
  const files = all.flatMap(({ suite, files }) => files.map((file) => ({ ...file, suite })));
  const slowest = files.sort((a, b) => b.seconds - a.seconds).slice(0, SLOWEST);
  console.log(`\nThe slowest ${slowest.length} spec files, in seconds:`);
  for (const { suite, name, seconds } of slowest)
    console.log(`${seconds.toFixed(1).padStart(8)}  ${suite.padEnd(10)} ${name}`);
  console.log('');
  let [passed, failed] = [0, 0];
  for (const { suite, files, unfinished, seconds, wrong } of all) {
    const good = files.reduce((sum, file) => sum + file.passed, 0);
    // What was not finished has failed, and so has a suite with which something else was wrong.
    const bad = files.reduce((sum, file) => sum + file.failed, 0) + Math.max(unfinished.length, wrong.length);
    for (const file of files) if (file.failed > 0) console.log(`${suite}: FAILED: ${file.name}`);
    for (const name of unfinished) console.log(`${suite}: NOT FINISHED: ${name}`);
    for (const what of wrong) console.log(`${suite}: ${what}`);
    console.log(`${suite}: ${good} passed, ${bad} failed in ${Math.round(seconds)} s`);
    passed += good;
    failed += bad;
  }
  if (process.env.TEST_TOTALS) appendFileSync(process.env.TEST_TOTALS, `${passed} ${failed}\n`);
  return failed === 0;
}
