import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, isIP, Server as TcpServer } from 'node:net';
import { ConfigError } from './settings/values.ts';

/** A server that listens, on one address or on several. */
export interface Listening {
  /** Answers what comes in on all of them. */
  readonly server: Server;
  readonly addresses: readonly AddressInfo[];
  /** Takes no new connections anywhere. Resolves when the open ones have ended. */
  close(): Promise<void>;
}

/** Where to listen, and the variables that say so. */
export interface Place {
  readonly host: string;
  readonly port: number;
  /** Hears of a connection that the machine could not take: it has no memory or no files left. The others go on. */
  readonly onError: (error: Error) => void;
  readonly variables: { readonly host: string; readonly port: string };
}

/** What a machine says that has no address of a family. */
const ABSENT = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL', 'EPROTONOSUPPORT']);

/** How often a port that was free on the first address may turn out taken on another, where any port will do. */
const TRIES = 10;

/**
 * Listens on every address of a name: a proxy that is told `127.0.0.1` and a program that is told `localhost`, which may
 * mean `::1`, both find the server. The addresses share one port, chosen by the first where it is 0.
 * @throws {ConfigError} naming the variable
 */
export async function listenAt(server: Server, place: Place): Promise<Listening> {
  const addresses = await addressesOf(place);
  for (let tries = 1; ; tries += 1) {
    try {
      const listeners = await listenOnAll(server, addresses, place.port);
      for (const listener of listeners) listener.on('error', place.onError);
      return listeningOf(server, listeners);
    } catch (error) {
      const again = place.port === 0 && codeOf(error) === 'EADDRINUSE' && tries < TRIES;
      if (!again) throw explained(error, place);
    }
  }
}

/** Addresses of a family that the machine has not are left out, as long as there is one. */
async function listenOnAll(server: Server, addresses: readonly string[], port: number): Promise<TcpServer[]> {
  const listeners: TcpServer[] = [];
  let absent: unknown;
  for (const address of addresses) {
    const [first] = listeners;
    const listener = first ? feeding(server) : server;
    try {
      await listen(listener, address, first ? portOf(first) : port);
      listeners.push(listener);
    } catch (error) {
      absent = error;
      if (ABSENT.has(codeOf(error))) continue;
      await Promise.all(listeners.map(closed));
      throw error;
    }
  }
  if (listeners.length === 0) throw absent;
  return listeners;
}

function listeningOf(server: Server, listeners: readonly TcpServer[]): Listening {
  return {
    server,
    addresses: listeners.map((listener) => listener.address() as AddressInfo),
    close: async () => void (await Promise.all(listeners.map(closed))),
  };
}

/** Both loopback addresses are `localhost` (RFC 6761 §6.3), whichever of them a machine's list of hosts has. */
async function addressesOf({ host, variables }: Place): Promise<string[]> {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  if (isIP(bare)) return [bare];
  if (/^localhost\.?$/i.test(bare)) return ['127.0.0.1', '::1'];
  try {
    return [...new Set((await lookup(bare, { all: true })).map(({ address }) => address))];
  } catch (error) {
    throw new ConfigError(
      variables.host,
      `${JSON.stringify(host)} is a name without an address (${codeOf(error)}); use localhost or 0.0.0.0`,
    );
  }
}

/** A listener whose connections the HTTP server answers as its own, made as it makes its own. */
function feeding(server: Server): TcpServer {
  const listener = new TcpServer({ allowHalfOpen: true, noDelay: true });
  return listener.on('connection', (socket) => server.emit('connection', socket));
}

async function listen(listener: TcpServer, host: string, port: number): Promise<void> {
  listener.listen(port, host);
  await once(listener, 'listening');
}

async function closed(listener: TcpServer): Promise<void> {
  const end = once(listener, 'close');
  listener.close();
  await end;
}

const portOf = (listener: TcpServer) => (listener.address() as AddressInfo).port;
const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code ?? '';

function explained(error: unknown, { host, variables }: Place): unknown {
  const code = codeOf(error);
  if (code === 'EADDRINUSE') {
    const { address = host } = error as { address?: string };
    return new ConfigError(variables.port, `is taken by another program; use one that is free on ${address}`);
  }
  if (code === 'EACCES') return new ConfigError(variables.port, 'may not be used by this account; use one from 1024');
  if (ABSENT.has(code)) {
    return new ConfigError(variables.host, 'is not an address of this machine; use localhost or 0.0.0.0');
  }
  return error;
}
