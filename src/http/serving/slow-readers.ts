import { createServer, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';

/** Milliseconds: for a request's headers, for all of it, between two looks at who takes longer, and for the next request. */
const PATIENCE = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 5000,
  // Longer than proxies keep a connection to us (nginx: 60 s). Otherwise a proxy may send a request into a connection
  // that we are closing.
  keepAliveTimeout: 65_000,
};

/** How fast an answer has to be read. */
export interface Pace {
  /** Milliseconds in which nothing needs to be read. */
  readonly patience: number;
  /** What waits to be sent may take longer by its size. */
  readonly bytesPerSecond: number;
  /** Milliseconds between two looks. */
  readonly every: number;
}

const PACE: Pace = { patience: 10_000, bytesPerSecond: 64 * 1024, every: 2000 };

/** Requests of one connection that may wait for the answer before them (pipelining, RFC 9112 §9.3.2). */
export const MOST_PIPELINED = 16;

/**
 * Ends connections whose client does not read: what was written for them would stay in memory for as long as they like. All
 * are looked at from time to time, which costs a request nothing.
 */
export function endSlowReaders(server: Server, pace: Pace = PACE): void {
  const open = new Set<Socket>();
  const stalled = new Map<Socket, { taken: number; since: number }>();
  const look = (socket: Socket, now: number) => {
    const unsent = socket.writableLength;
    if (unsent === 0) return stalled.delete(socket);
    const taken = socket.bytesWritten - unsent;
    const before = stalled.get(socket);
    if (before?.taken !== taken) return stalled.set(socket, { taken, since: now });
    const allowed = pace.patience + (unsent / pace.bytesPerSecond) * 1000;
    if (now - before.since > allowed) socket.destroy();
  };
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => {
      open.delete(socket);
      stalled.delete(socket);
    });
  });
  const timer = setInterval(() => {
    const now = performance.now();
    for (const socket of open) look(socket, now);
  }, pace.every);
  timer.unref();
  server.once('close', () => clearInterval(timer));
}

/** Ends a connection that sends requests ahead of reading the answers, before more of them are worked on. */
export function boundPipelining(handle: RequestListener): RequestListener {
  const waiting = new WeakMap<Socket, number>();
  return (request, response) => {
    // The first answer has the connection already, the others get it in turn.
    if (response.socket) return handle(request, response);
    const { socket } = request;
    const count = (waiting.get(socket) ?? 0) + 1;
    if (count > MOST_PIPELINED) return socket.destroy();
    waiting.set(socket, count);
    response.once('close', () => waiting.set(socket, (waiting.get(socket) ?? 1) - 1));
    return handle(request, response);
  };
}

/** A server for the requests of strangers, with an end to whatever they can keep waiting. */
export function createPatientServer(handle: RequestListener): Server {
  const server = createServer({ maxHeaderSize: 32 * 1024, ...PATIENCE }, boundPipelining(handle));
  endSlowReaders(server);
  return server;
}
