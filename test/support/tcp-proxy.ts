import { once } from 'node:events';
import { type AddressInfo, createServer, connect as open, type Socket } from 'node:net';

export interface TcpProxy {
  readonly port: number;
  /** Breaks every connection that is open, as a network that fails does. */
  cut(): void;
  /** Holds back what the target answers, by milliseconds; 0 for no longer. */
  delay(ms: number): void;
  /** Swallows everything both ways, on old and new connections, until told otherwise. What was swallowed is lost. */
  swallow(on: boolean): void;
  /** How many connections are open. */
  connections(): number;
  close(): Promise<void>;
}

/** Stands between a client and a server on this machine, and does what networks do. */
export async function startTcpProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let delayed = 0;
  let swallowing = false;

  const forward = (from: Socket, to: Socket, isAnswer: boolean) => {
    let tail = Promise.resolve();
    from.on('data', (chunk) => {
      if (swallowing) return;
      const wait = isAnswer ? delayed : 0;
      tail = tail.then(async () => {
        if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
        if (to.writable) to.write(chunk);
      });
    });
    from.on('error', () => {});
    from.once('close', () => {
      sockets.delete(from);
      tail.finally(() => to.destroy());
    });
    sockets.add(from);
  };
  const server = createServer((client) => {
    const upstream = open(target);
    forward(client, upstream, false);
    forward(upstream, client, true);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    delay(ms) {
      delayed = ms;
    },
    swallow(on) {
      swallowing = on;
    },
    connections: () => sockets.size / 2,
    async close() {
      const closed = once(server, 'close');
      server.close();
      cut();
      await closed;
    },
  };
}
