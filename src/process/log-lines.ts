import { constants, openSync, write, writeSync } from 'node:fs';
import { Socket } from 'node:net';

/** Where lines go. */
const STANDARD_ERROR = 2;
/** Lines are written so many characters at a time, or so many milliseconds after the first of them came. */
const AT_ONCE = 4096;
const LATEST = 500;
/** Characters that wait for a reader who is slow, or stands still. What is more is dropped, and said to be. */
const MOST = 4 * 1024 * 1024;
/** Milliseconds that such a reader is given at the end. */
const PATIENCE = 1000;

/** What pino writes to. */
export interface LogLines {
  write(line: string): void;
  /** Calls back once everything is written, or cannot be. */
  flush(done: () => void): void;
}

/**
 * Lines to standard error, a few at a time: a system call for each would cost more than many a request. Their reader
 * may be slow, stand still or end, and the server goes on: nothing here waits for the reader, or throws. pino's own
 * destination ends the process when a disk is full, and never ends itself when a pipe has lost its reader.
 */
export function createLogLines(): LogLines {
  let gathered = '';
  let underWay = '';
  let lost = 0;
  let timer: NodeJS.Timeout | undefined;
  const waiting: (() => void)[] = [];

  const pipe = openPipe();
  const put = pipe ? putInto(pipe) : putIntoFile;
  const send = () => {
    clearTimeout(timer);
    timer = undefined;
    if (underWay !== '') return;
    if (gathered === '') {
      for (const done of waiting.splice(0)) done();
      return;
    }
    underWay = gathered;
    gathered = '';
    put(underWay, (error) => {
      if (error) lost += underWay.split('\n').length - 1;
      else if (lost > 0) {
        gathered = `${tellOf(lost)}${gathered}`;
        lost = 0;
      }
      underWay = '';
      if (waiting.length > 0 || gathered.length >= AT_ONCE) send();
      else if (gathered !== '') timer ??= setTimeout(send, LATEST).unref();
    });
  };
  process.on('exit', () => putLast(pipe, gathered));
  return {
    write(line) {
      if (gathered.length + underWay.length > MOST) {
        lost += 1;
        return;
      }
      gathered += line;
      if (gathered.length >= AT_ONCE) send();
      else timer ??= setTimeout(send, LATEST).unref();
    },
    flush(done) {
      const last = setTimeout(done, PATIENCE);
      waiting.push(() => {
        clearTimeout(last);
        done();
      });
      send();
    },
  };
}

const tellOf = (lost: number) =>
  `${JSON.stringify({ level: 40, time: new Date().toISOString(), lost, msg: 'lines were lost, because nobody took them' })}\n`;

type Put = (text: string, done: (error?: Error | null) => void) => void;

/**
 * Standard error, where it is a pipe, to be written to without waiting and without a thread that its reader could hold. It is
 * opened anew: whether a pipe waits is a property of the opening, which workers share, and is taken back whenever one is
 * started or ends. The others would then wait for a reader who stands still, for ever. (A socket cannot be opened anew.)
 */
function openPipe(): Socket | undefined {
  if (!(process.stderr instanceof Socket)) return undefined;
  const pipe = openAnew() ?? process.stderr;
  // The writer is told as well.
  return pipe.on('error', () => {});
}

/** undefined where there is no such file, or it is not ours to open: then the shared one has to do. */
function openAnew(): Socket | undefined {
  try {
    const fd = openSync('/dev/stderr', constants.O_WRONLY | constants.O_NONBLOCK);
    return new Socket({ fd, readable: false, writable: true });
  } catch {
    return undefined;
  }
}

const putInto =
  (pipe: Socket): Put =>
  (text, done) =>
    pipe.write(text, done);

const putIntoFile: Put = (text, done) => {
  const bytes = Buffer.from(text);
  const next = (from: number) =>
    write(STANDARD_ERROR, bytes, from, bytes.length - from, null, (error, written) => {
      if (error || from + written >= bytes.length) done(error);
      else next(from + written);
    });
  next(0);
};

/** At the very end, when nothing can be waited for. */
function putLast(pipe: Socket | undefined, text: string): void {
  if (text === '') return;
  if (pipe) {
    pipe.write(text);
    return;
  }
  try {
    writeSync(STANDARD_ERROR, text);
  } catch {
    // There is nowhere left to say it.
  }
}
