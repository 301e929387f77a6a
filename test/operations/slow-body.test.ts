import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { type ServerProcess, startProcess } from '../support/server-process.ts';

const PIECES = 60;

let storage: TestDatabase;
let server: ServerProcess;

beforeAll(async () => {
  storage = await createTestDatabase();
  server = await startProcess({ DATABASE_URL: storage.url ?? '' });
});
afterAll(async () => {
  await server.stop();
  await storage.drop();
});

it('a form that comes in many pieces is read to its end, and leaves nothing behind', async () => {
  const body = `grant_type=client_credentials&scope=${'a'.repeat(PIECES)}`;
  const socket = connect(server.port, 'localhost').setNoDelay(true);
  const answer = new Promise<string>((resolve) => socket.once('data', (chunk) => resolve(chunk.toString())));
  const send = (text: string) =>
    new Promise<void>((resolve) => socket.write(text, () => setImmediate(() => resolve())));
  await send(
    `POST /token HTTP/1.1\r\nHost: ${new URL(server.issuer).host}\r\nContent-Type: application/x-www-form-urlencoded\r\n` +
      `Content-Length: ${body.length}\r\nConnection: close\r\n\r\n`,
  );
  for (const letter of body) {
    await send(letter);
    // Another request is answered in between, so each piece arrives by itself.
    await fetch(`${server.issuer}/healthz`);
  }
  expect(await answer).toMatch(/^HTTP\/1\.1 401 /);
  socket.destroy();
  expect(server.output()).not.toContain('MaxListenersExceededWarning');
});

it('a caller who hangs up in the middle is no failure of ours', async () => {
  const socket = connect(server.port, 'localhost');
  const { host } = new URL(server.issuer);
  const head = `POST /token HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/x-www-form-urlencoded\r\n`;
  await new Promise<void>((resolve) => socket.write(`${head}Content-Length: 100\r\n\r\ngrant_type=`, () => resolve()));
  await fetch(`${server.issuer}/healthz`);
  socket.destroy();
  await untilLogged('/token', 2);
  // Lines come in their order: when that of a later request is there, so is whatever this one had to say.
  await fetch(`${server.issuer}/jwks`);
  await untilLogged('/jwks', 1);
  expect(server.output()).not.toContain('"level":50');
});

/** Waits until so many requests of a path are in the log; lines are written twice a second. */
async function untilLogged(path: string, times: number): Promise<void> {
  const count = () => server.output().split(`"path":"${path}"`).length - 1;
  for (const deadline = Date.now() + 60_000; count() < times; ) {
    if (Date.now() > deadline) throw new Error(`not in the log: ${path}`);
    await fetch(`${server.issuer}/healthz`);
  }
}
