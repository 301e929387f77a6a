import { randomBytes } from 'node:crypto';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { type App, createApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import type { Database } from '../../src/db/connections/connection.ts';
import { diagnose } from '../../src/doctor/diagnose.ts';
import { examine } from '../../src/doctor/examine/examine.ts';
import { serializers } from '../../src/process/log.ts';
import { createTestDatabase, databaseSettings } from './database.ts';
import { freePort } from './postgres.ts';

export interface TestServer {
  readonly issuer: string;
  readonly port: number;
  readonly database: Database;
  /** undefined on the embedded database. */
  readonly databaseUrl: string | undefined;
  readonly app: App;
  readonly secrets: { masterKeys: { id: string; key: Buffer }[]; cookieKeys: string[] };
  /** Every line that the server has logged. */
  readonly logged: string[];
  stop(): Promise<void>;
}

/**
 * The whole server in this process, listening on a free port, on a fresh database. Time is `Date`, so a spec that
 * travels does so with `travel()` from time.ts. `beside` is another one whose database and secrets it shares.
 */
export async function startTestServer(
  options: {
    issuer?: string;
    /** Of the issuer: `/auth`. */
    path?: string;
    port?: number;
    trustedProxies?: number;
    env?: Record<string, string>;
    beside?: TestServer;
  } = {},
): Promise<TestServer> {
  const { beside } = options;
  const { database, databaseUrl, drop } = beside ? { ...beside, drop: async () => {} } : await aDatabase();
  const port = options.port ?? (await freePort());
  const issuer = options.issuer ?? `http://localhost:${port}${options.path ?? ''}`;
  const secrets = beside?.secrets ?? {
    masterKeys: [{ id: 'test', key: randomBytes(32) }],
    cookieKeys: [randomBytes(32).toString('base64url')],
  };
  const logged: string[] = [];
  const log = pino(
    { level: 'debug', base: null, serializers },
    new Writable({
      write(line, _encoding, done) {
        logged.push(String(line));
        done();
      },
    }),
  );
  const config = {
    ...readConfig({ ISSUER: issuer, ...databaseSettings, ...options.env }),
    databaseUrl,
    trustedProxies: options.trustedProxies ?? 0,
  };
  const clock = () => new Date();
  const diagnosis = async () => {
    const snapshot = await examine(database.db, { ...config, ...secrets }, clock);
    return () => diagnose(snapshot);
  };
  const app = await createApp({ config, secrets, database, clock, log, diagnosis });
  const listening = await app.listen(port, 'localhost');
  return {
    issuer,
    port,
    database,
    databaseUrl,
    app,
    secrets,
    logged,
    async stop() {
      const closed = listening.close();
      listening.server.closeAllConnections();
      await app.end(closed);
      await drop();
    },
  };
}

async function aDatabase() {
  const { database, url, drop } = await createTestDatabase();
  return { database, databaseUrl: url, drop };
}
