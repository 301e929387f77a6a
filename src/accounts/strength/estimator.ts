import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { AppError } from '../../errors.ts';

export interface Estimate {
  /** How many guesses it would withstand, as a power of ten. */
  readonly guesses: number;
  /** What makes it weak, by the name that the estimator has for it. */
  readonly warning: string | null;
}

const PROGRAM = fileURLToPath(new URL('./child.ts', import.meta.url));

/** Milliseconds after which a process that has nothing to do ends. */
const IDLE = 30_000;
/** Milliseconds for one password and those that wait before it. */
const LONGEST = 20_000;
const MOST_WAITING = 50;

interface Waiting {
  resolve(estimate: Estimate): void;
  reject(error: Error): void;
}

let child: ChildProcess | undefined;
let idle: NodeJS.Timeout | undefined;
let count = 0;
const waiting = new Map<number, Waiting>();

/**
 * How many guesses a password withstands, by zxcvbn with English and German words. A process of its own does it: the
 * server answers meanwhile, and no word lists are held while nobody sets a password.
 * @param words what whoever guesses knows about the person, in small letters @throws {AppError} unavailable
 */
export async function estimate(password: string, words: readonly string[]): Promise<Estimate> {
  if (waiting.size >= MOST_WAITING) throw new AppError('unavailable', { retryAfter: 5 });
  count += 1;
  const id = count;
  clearTimeout(idle);
  const answer = new Promise<Estimate>((resolve, reject) => waiting.set(id, { resolve, reject }));
  const late = setTimeout(() => end(), LONGEST);
  try {
    child ??= start();
    child.ref();
    child.channel?.ref();
    child.send({ id, password, words }, () => {});
    return await answer;
  } finally {
    clearTimeout(late);
    waiting.delete(id);
    if (waiting.size === 0) rest();
  }
}

function start(): ChildProcess {
  // Nothing of ours but the program: no variables with secrets, no open files.
  const started = fork(PROGRAM, { env: {}, execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  started.on('message', ({ id, ...found }: Estimate & { id: number }) => waiting.get(id)?.resolve(found));
  started.on('error', () => end(started));
  started.on('exit', () => end(started));
  return started;
}

/** Nothing waits for it: it ends with the server, or when it was not needed for a while. */
function rest(): void {
  child?.unref();
  child?.channel?.unref();
  idle = setTimeout(() => end(), IDLE);
  idle.unref();
}

/** Ends the process with whatever it is at; the next password starts another one. */
function end(which: ChildProcess | undefined = child): void {
  if (which !== child) return;
  child = undefined;
  for (const { reject } of waiting.values()) reject(new AppError('unavailable', { retryAfter: 5 }));
  which?.kill('SIGKILL');
}
