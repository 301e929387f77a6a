import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { boundPipelining, endSlowReaders, MOST_PIPELINED } from '../../src/http/serving/slow-readers.ts';
import { until } from '../support/load.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

/** More than the system takes for a connection that nobody reads. */
const LARGE = Buffer.alloc(32 * 1024 * 1024, 'x');

const ask = (socket: Socket, path: string, host: string) =>
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);

describe('a client that does not read', () => {
  let server: Server;
  let open: () => number;
  beforeAll(async () => {
    server = createServer(boundPipelining((_request, response) => response.end(LARGE)));
    endSlowReaders(server, { patience: 300, bytesPerSecond: 8 * 1024 * 1024, every: 50 });
    const sockets = new Set<Socket>();
    server.on('connection', (socket) => sockets.add(socket.once('close', () => sockets.delete(socket))));
    open = () => sockets.size;
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const dial = () => connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => {});

  it('is disconnected, and what waits to be sent is dropped', async () => {
    const readers = Array.from({ length: 5 }, dial);
    for (const reader of readers) ask(reader.pause(), '/', 'localhost');
    await until('they are connected', () => open() === 5);
    await until('they are cut off', () => open() === 0);
    for (const reader of readers) reader.destroy();
  });

  it('is disconnected in the middle of an answer too, and a client that reads gets all of it', async () => {
    const [stops, reads] = [dial(), dial()];
    stops.once('data', () => stops.pause());
    let size = 0;
    reads.on('data', (chunk) => {
      size += chunk.length;
    });
    for (const reader of [stops, reads]) ask(reader, '/', 'localhost');
    await until('all is there', () => size > LARGE.length);
    await until('one is left, which is idle', () => open() === 1);
    expect(reads.destroyed).toBe(false);
    stops.destroy();
    reads.destroy();
  });
});

describe('many requests at once on one connection', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.stop());

  async function pipeline(count: number): Promise<number> {
    const socket = connect(server.port, 'localhost').on('error', () => {});
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    const { host } = new URL(server.issuer);
    socket.write(`GET /healthz HTTP/1.1\r\nHost: ${host}\r\n\r\n`.repeat(count));
    const answers = () => text.split('HTTP/1.1 200 ').length - 1;
    await until('all are answered, or it is closed', () => answers() === count || socket.destroyed || socket.closed);
    socket.destroy();
    return answers();
  }

  it('are answered in turn while they are a few, and end the connection when they are many', async () => {
    expect(await pipeline(MOST_PIPELINED)).toBe(MOST_PIPELINED);
    expect(await pipeline(500)).toBe(0);
  });
});

describe('a connection that says nothing after an answer', () => {
  it('is kept for longer than proxies keep it, so that none sends into one that is being closed', async () => {
    const server = await startTestServer();
    for (const path of ['/healthz', '/jwks', '/token']) {
      const response = await fetch(server.issuer + path);
      expect(response.headers.get('keep-alive')).toBe('timeout=65');
    }
    await server.stop();
  });
});
