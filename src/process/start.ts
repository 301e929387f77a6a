import type { Logger } from 'pino';
import { createApp } from '../app.ts';
import { startControlServer } from '../cli/control-server.ts';
import { type Config, ConfigError } from '../config.ts';
import { type Database, openPostgres } from '../db/connections/connection.ts';
import { openEmbedded } from '../db/connections/embedded.ts';
import { openUsable } from '../db/connections/usable.ts';
import { migrateUp, pendingMigrations } from '../db/migrator.ts';
import type { Demo } from '../demo/credentials.ts';
import { seedDemo } from '../demo/seed.ts';
import { diagnose } from '../doctor/diagnose.ts';
import { examine } from '../doctor/examine/examine.ts';
import { resolveSecrets } from '../generated-secrets.ts';
import { drain, keepIdleConnections, stopServing } from '../http/serving/drain.ts';
import { hasSigningKeys } from '../keys/signing-keys.ts';
import type { Listening } from '../listen.ts';
import type { Metrics } from '../metrics/metrics.ts';

export interface RunningServer {
  readonly config: Config;
  readonly database: Database;
  /** What was seeded at this start. */
  readonly demo: Demo | undefined;
  /** Answers what is under way, then closes everything. */
  stop(): Promise<void>;
  /** The same, and answers what still comes on open connections. */
  drain(): Promise<void>;
}

/** Requests wait for one another when statements are slow, so that after some seconds a clear refusal is better. */
const STATEMENT_LIMITS = { statement: 5000, idleInTransaction: 30_000 };
const ANSWER_LIMIT = 6000;

/** Opens the database that the configuration names. */
async function openDatabase(config: Config, metrics: Metrics | undefined, log: Logger): Promise<Database> {
  const { databaseUrl, databasePool, dataDir, listen } = config;
  const watch = (database: Database) => metrics?.watchDatabase(database);
  if (!databaseUrl) {
    const embedded = await openEmbedded(dataDir);
    watch(embedded);
    return embedded;
  }
  const limits = { own: listen, answer: ANSWER_LIMIT, prepare: listen, ...(listen ? STATEMENT_LIMITS : {}) };
  const onError = (err: Error) => log.warn({ err }, 'lost a database connection');
  return openUsable(databaseUrl, databasePool, onError, limits, watch);
}

/**
 * From configuration to a listening server. What has been opened is closed again, the last first, when the start fails.
 * @param told gives the start up, between two steps. @throws {ConfigError} and errors of the database, and the reason of `told`
 */
export async function startServer(config: Config, log: Logger, told: AbortSignal): Promise<RunningServer> {
  const opened = new AsyncDisposableStack();
  try {
    return await open(config, log, told, opened);
  } catch (error) {
    await opened.disposeAsync().catch((err: unknown) => log.warn({ err }, 'could not close what was open'));
    throw error;
  }
}

async function open(
  config: Config,
  log: Logger,
  told: AbortSignal,
  opened: AsyncDisposableStack,
): Promise<RunningServer> {
  const clock = () => new Date();
  told.throwIfAborted();
  const metrics = config.metrics && (await import('../metrics/metrics.ts')).createMetrics();
  const database = await openDatabase(config, metrics, log);
  opened.defer(() => database.close());
  told.throwIfAborted();
  await bringUpToDate(config, database, log);
  told.throwIfAborted();
  const metricsListening = metrics && (await exposeMetrics(config, metrics, log));
  opened.defer(async () => {
    const closed = metricsListening?.close();
    metricsListening?.server.closeAllConnections();
    await closed;
  });
  const control = database.kind === 'embedded' ? await startControlServer(config, database, log) : undefined;
  opened.defer(() => control?.close());
  const app = await createApp({
    config,
    secrets: resolveSecrets(config, await hasSigningKeys(database.db)),
    database,
    clock,
    log,
    ...(metrics && { metrics }),
    diagnosis: async () => {
      const snapshot = await examine(database.db, config, clock);
      return () => diagnose(snapshot);
    },
  });
  let answered: Promise<void> | undefined;
  opened.defer(() => app.end(answered));
  const demo = config.production ? undefined : await seedDemo(database, config.dataDir, clock());
  told.throwIfAborted();
  const listening = await app.listen(config.port, config.host);
  keepIdleConnections(listening.server);
  app.jobs.start();
  const end = (closed: Promise<void>) => {
    answered = closed;
    return opened.disposeAsync();
  };
  return { config, database, demo, stop: () => end(stopServing(listening)), drain: () => end(drain(listening)) };
}

/** By a listener of this process or, where there are workers, through the primary. */
async function exposeMetrics(
  { metrics: at, workers }: Config,
  { registry }: Metrics,
  log: Logger,
): Promise<Listening | undefined> {
  if (workers === 1 && at)
    return (await import('../metrics/listener.ts')).serveMetrics(() => registry.metrics(), at, log);
  (await import('../metrics/workers.ts')).answerPrimary(registry);
  return undefined;
}

async function bringUpToDate(config: Config, database: Database, log: Logger): Promise<void> {
  if (config.migrate === 'auto') {
    const applied = await migrate(config, database);
    if (applied.length > 0) log.info({ applied }, 'database migrated');
    return;
  }
  const pending = await pendingMigrations(database.db);
  if (pending.length > 0) {
    throw new ConfigError(
      'MIGRATE',
      `the database lacks ${pending.join(', ')}; run "npx latchkey migrate up", or set MIGRATE=auto`,
    );
  }
}

/** On a connection of its own, without the limits: a migration may take its time. */
async function migrate({ databaseUrl, listen }: Config, database: Database): Promise<string[]> {
  if (!databaseUrl) return migrateUp(database.db);
  const unlimited = openPostgres(databaseUrl, 1, () => {}, { own: listen });
  try {
    return await migrateUp(unlimited.db);
  } finally {
    await unlimited.close();
  }
}
