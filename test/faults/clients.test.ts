import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { asksForToken, until } from '../support/load.ts';
import { here } from '../support/patience.ts';
import { type ServerProcess, startCluster } from '../support/server-process.ts';
import { ask, type Furniture, furnish } from './rig.ts';

/** Both this process and the server need a file for each; Node takes all that the system lets it have. */
const files = Number(execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }));
const IDLE = Number.isNaN(files) ? 10_000 : Math.min(10_000, files - 500);

let storage: TestDatabase;
let server: ServerProcess;
let furniture: Furniture;
let sockets: Socket[] = [];

beforeAll(async () => {
  storage = await createTestDatabase();
  [server] = (await startCluster(storage.url ?? '', 1, { LOG_LEVEL: 'silent' })) as [ServerProcess];
  furniture = await furnish(storage.database);
});
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
});
afterAll(async () => {
  await server.stop();
  await storage.drop();
});

async function openSocket(): Promise<Socket> {
  const socket = connect({ host: 'localhost', port: server.port });
  // What the server did to it is what the test looks at.
  socket.on('error', () => {});
  sockets.push(socket);
  await once(socket, 'connect');
  return socket;
}

const host = () => new URL(server.issuer).host;

/** Fifty requests of someone else. @returns the slowest, in milliseconds */
async function othersAreServed(): Promise<number> {
  let slowest = 0;
  for (let turn = 0; turn < 50; turn += 1) {
    const started = performance.now();
    const { status } = await ask(server, asksForToken(furniture.machine));
    expect(status).toBe(200);
    slowest = Math.max(slowest, performance.now() - started);
  }
  return slowest;
}

/** Everything that a socket says until it is closed. */
async function lastWords(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.once('close', () => resolve());
  if (!socket.destroyed) await promise;
  return text;
}

it(`${IDLE} sockets that say nothing do not keep others from being served`, async () => {
  for (let opened = 0; opened < IDLE; opened += 200) {
    // Read from, or this side would not notice that it is closed.
    for (const socket of await Promise.all(Array.from({ length: 200 }, openSocket))) socket.resume();
  }
  // The first ones are closed after ten seconds.
  const open = () => sockets.filter((socket) => !socket.destroyed).length;
  expect(open()).toBeGreaterThan(IDLE / 2);
  expect(await othersAreServed()).toBeLessThan(here(2000));
  expect(await memoryOf(server)).toBeLessThan(400);
  await until('all are closed', () => open() === 0, 60);
}, 120_000);

it('hangs up on headers and bodies that come a byte at a time', async () => {
  const dripping = await Promise.all(Array.from({ length: 100 }, openSocket));
  const timers = dripping.map((socket, index) => {
    const head = `POST /token HTTP/1.1\r\nHost: ${host()}\r\nContent-Type: application/x-www-form-urlencoded\r\n`;
    socket.write(index % 2 ? `${head}Content-Length: 500\r\n\r\n` : head);
    return setInterval(() => socket.write(index % 2 ? 'a' : 'X-A: b\r\n'), 1000);
  });
  expect(await othersAreServed()).toBeLessThan(here(2000));
  const headers = dripping.filter((_, index) => index % 2 === 0);
  const words = await Promise.all(headers.map(lastWords));
  expect(new Set(words.map((text) => text.split('\r\n')[0]))).toEqual(new Set(['HTTP/1.1 408 Request Timeout']));
  await until('the bodies are given up too', () => dripping.every((socket) => socket.destroyed), 40);
  for (const timer of timers) clearInterval(timer);
}, 60_000);

it('refuses ten megabytes without reading them', async () => {
  const chunk = Buffer.alloc(64 * 1024, 'a');
  const send = async (framing: string, frame: (data: Buffer) => Buffer) => {
    const socket = await openSocket();
    const words = lastWords(socket);
    let sent = 0;
    socket.write(
      `POST /token HTTP/1.1\r\nHost: ${host()}\r\nContent-Type: application/x-www-form-urlencoded\r\n${framing}\r\n\r\n`,
    );
    while (!socket.destroyed && sent < 10_000_000) {
      if (!socket.write(frame(chunk))) await drained(socket);
      sent += chunk.length;
    }
    return (await words).split('\r\n')[0];
  };
  const plain = (data: Buffer) => data;
  const chunked = (data: Buffer) => Buffer.concat([Buffer.from('10000\r\n'), data, Buffer.from('\r\n')]);
  const answers = await Promise.all([
    ...Array.from({ length: 10 }, () => send('Content-Length: 10000000', plain)),
    ...Array.from({ length: 10 }, () => send('Transfer-Encoding: chunked', chunked)),
    othersAreServed(),
  ]);
  const slowest = answers.pop();
  expect(slowest).toBeLessThan(here(2000));
  // A client that goes on writing may lose the answer to the reset that follows it.
  expect([...new Set(answers)].filter((line) => line !== '')).toEqual(['HTTP/1.1 413 Payload Too Large']);
  expect(await memoryOf(server)).toBeLessThan(400);
});

it('refuses headers that are too large', async () => {
  const { status } = await ask(server, { path: '/healthz', headers: { 'x-large': 'a'.repeat(40 * 1024) } });
  expect(status).toBe(431);
  expect((await ask(server, { path: '/healthz', headers: { 'x-large': 'a'.repeat(20 * 1024) } })).status).toBe(200);
  expect(await othersAreServed()).toBeLessThan(here(2000));
});

function drained(socket: Socket): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.once('drain', resolve).once('close', () => resolve());
  return promise;
}

/** Megabytes. */
async function memoryOf({ pid }: ServerProcess): Promise<number> {
  const { readFile } = await import('node:fs/promises');
  const line = (await readFile(`/proc/${pid}/status`, 'utf8')).match(/VmRSS:\s+(\d+) kB/);
  return Number(line?.[1]) / 1024;
}
