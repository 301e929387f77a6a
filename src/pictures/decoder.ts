import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { AppError } from '../errors.ts';
import { t } from '../texts/texts.ts';

/** Milliseconds for one picture, the start of the process included: that of a clock, whereas the child counts its own CPU. */
const LONGEST = 10_000;
/** Milliseconds after which a child that has nothing to do ends. */
const IDLE = 5000;
/** Pictures that wait for the one in work. */
export const MOST_WAITING = 4;
/** Of these and the one in work, so many may be one person's. */
const MOST_OF_ONE = 2;

const PROGRAM = fileURLToPath(new URL('./child.ts', import.meta.url));

/** Why a picture gave no answer: it could not be read, or it took too much. */
export class NotUnpacked extends Error {}

export interface PictureDecoder {
  /**
   * A small PNG of our own making from a file that judge.ts has let through: what else was in it does not survive.
   * @param owner whose it is: two of theirs are read or wait at once, so that nobody takes all places
   * @throws {NotUnpacked}; {AppError} unavailable when too many wait
   */
  decode(picture: Uint8Array, owner: string): Promise<Buffer>;
  /** Ends the process, with whatever it is at. */
  close(): void;
}

/** One picture at a time, in a process of its own that can be ended, so that none holds a thread or the memory of the server. */
export function createPictureDecoder(): PictureDecoder {
  let child: ChildProcess | undefined;
  let idle: NodeJS.Timeout | undefined;
  let tail: Promise<unknown> = Promise.resolve();
  /** Whose pictures are in work or wait. */
  const owners: string[] = [];
  let closed = false;

  const end = () => {
    clearTimeout(idle);
    child?.kill('SIGKILL');
    child = undefined;
  };
  const work = async (picture: Uint8Array): Promise<Buffer> => {
    if (closed) throw new AppError('unavailable', { retryAfter: 5 });
    clearTimeout(idle);
    if (!child?.connected) child = startChild();
    try {
      return await ask(child, picture);
    } catch (error) {
      // One that is well after a bad picture stays; one that took too long does not.
      if (!(error instanceof Refused)) end();
      throw error;
    } finally {
      idle = setTimeout(end, IDLE);
      idle.unref();
    }
  };

  return {
    async decode(picture, owner) {
      if (owners.filter((one) => one === owner).length >= MOST_OF_ONE) {
        throw busy(t('refusals.picturesWaiting'));
      }
      if (owners.length > MOST_WAITING) {
        throw busy(t('refusals.picturesBusy'));
      }
      owners.push(owner);
      const mine = tail.then(() => work(picture));
      tail = mine.catch(() => {});
      try {
        return await mine;
      } finally {
        owners.splice(owners.indexOf(owner), 1);
      }
    },
    close() {
      closed = true;
      end();
    },
  };
}

const busy = (detail: string) => new AppError('unavailable', { detail, retryAfter: 5 });

/** The child itself says that the picture cannot be read. */
class Refused extends NotUnpacked {}

/** It gets nothing of the environment, in which there are secrets. One thread unpacks; the heap of JavaScript is small. */
function startChild(): ChildProcess {
  const child = fork(PROGRAM, [], {
    env: { UV_THREADPOOL_SIZE: '1', MALLOC_ARENA_MAX: '2' },
    execArgv: ['--max-old-space-size=64'],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  child.on('error', () => {});
  // It does not keep the server from ending.
  child.unref();
  child.channel?.unref();
  return child;
}

type Said = { readonly logo: Uint8Array } | { readonly error: string };

async function ask(child: ChildProcess, picture: Uint8Array): Promise<Buffer> {
  const abort = new AbortController();
  const { signal } = abort;
  const late = setTimeout(() => child.kill('SIGKILL'), LONGEST);
  try {
    const gone = once(child, 'exit', { signal }).then(() => {
      throw new NotUnpacked('it took too long or too much memory');
    });
    const answered = once(child, 'message', { signal }) as Promise<[Said]>;
    child.send(picture, () => {});
    const [said] = await Promise.race([answered, gone]);
    if ('error' in said) throw new Refused(said.error);
    return Buffer.from(said.logo);
  } catch (cause) {
    if (cause instanceof NotUnpacked) throw cause;
    throw new AppError('unavailable', { cause, retryAfter: 5 });
  } finally {
    clearTimeout(late);
    abort.abort();
  }
}
