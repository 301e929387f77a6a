import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { CommandFailure } from './failures.ts';
import type { SecretQuestion } from './io.ts';

/**
 * Asks for a secret without showing what is typed. The question goes to stderr, so that stdout has the result only.
 * @throws {CommandFailure} when nothing was typed, or not the same twice
 */
export async function askSecret({ what, isNew }: SecretQuestion): Promise<string> {
  // The terminal echoes nothing from here on; what readline would echo in its place goes nowhere.
  const output = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output, terminal: true, historySize: 0 });
  terminal.on('SIGINT', () => {
    terminal.close();
    process.kill(process.pid, 'SIGINT');
  });
  const lines = terminal[Symbol.asyncIterator]();
  const ask = async (question: string) => {
    process.stderr.write(`${question}: `);
    const { value, done } = await lines.next();
    process.stderr.write('\n');
    if (done || value === '') throw new CommandFailure('nothing was typed, so nothing was done');
    return value;
  };
  try {
    const secret = await ask(what);
    if (isNew && (await ask(`${what} again`)) !== secret) {
      throw new CommandFailure('the two are not the same, so nothing was done');
    }
    return secret;
  } finally {
    terminal.close();
  }
}
