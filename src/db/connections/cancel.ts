import pg from 'pg';

/** What `pg` has for sending a CancelRequest, and its types leave out. Its own cancel() warns of itself. */
interface Cancellable {
  readonly processID: number;
  readonly secretKey: number;
  readonly host: string;
  readonly port: number;
  readonly connection: {
    on(event: 'error' | 'connect', hear: () => void): void;
    connect(portOrPath: number | string, host?: string): void;
    cancel(processID: number, secretKey: number): void;
    readonly stream: { destroy(): void };
  };
}

/** Milliseconds for a CancelRequest to get there. */
const CANCEL_PATIENCE = 2000;

const addresses = new WeakMap<pg.ClientBase, pg.ClientConfig>();

/** Notes how a connection was made, so that it can be cancelled. */
export function rememberAddress(client: pg.ClientBase, config: pg.ClientConfig): void {
  addresses.set(client, config);
}

/**
 * Asks the server to end what runs on a connection, over another one, as the protocol has it; PgBouncer passes that on.
 * The request has no answer: the statement fails with 57014, or had already ended.
 */
export function cancelRunning(client: pg.ClientBase): void {
  const { processID, secretKey } = client as unknown as Cancellable;
  const { connection, host, port } = new pg.Client(addresses.get(client)) as unknown as Cancellable;
  connection.on('error', () => {});
  connection.on('connect', () => connection.cancel(processID, secretKey));
  if (host.startsWith('/')) connection.connect(`${host}/.s.PGSQL.${port}`);
  else connection.connect(port, host);
  setTimeout(() => connection.stream.destroy(), CANCEL_PATIENCE).unref();
}
