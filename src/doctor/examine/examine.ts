import type { Kysely } from 'kysely';
import type { Config } from '../../config.ts';
import { listOutcomes } from '../../db/job-outcomes.ts';
import { pendingMigrations } from '../../db/migrator.ts';
import type { Tables } from '../../db/tables.ts';
import { algorithmsInUse } from '../../keys/algorithms.ts';
import type { Contents, Settings, Snapshot } from '../snapshot.ts';
import { examineApps, examineSecrets } from './apps.ts';
import { examineKeys, examineSealed } from './keys.ts';
import { examinePeople } from './people.ts';
import { examinePostgres } from './postgres.ts';
import { examineSubscriptions, examineSuspended } from './subscriptions.ts';
import { examineTokens } from './tokens.ts';

/** Looks at everything that the rules are about, without changing anything. */
export async function examine(db: Kysely<Tables>, config: Config, now: Date): Promise<Snapshot> {
  const pending = await pendingMigrations(db);
  const { databaseUrl } = config;
  const postgres = databaseUrl ? await examinePostgres(db, databaseUrl) : undefined;
  return {
    now,
    settings: settingsOf(config),
    database: { pendingMigrations: pending, postgres },
    contents: pending.length > 0 ? undefined : await examineContents(db, now),
  };
}

export function settingsOf(config: Config): Settings {
  return {
    issuer: config.issuer,
    host: config.host,
    production: config.production,
    embedded: config.databaseUrl === undefined,
    trustedProxies: config.trustedProxies,
    httpRedirectHosts: config.httpRedirectHosts,
    metricsHost: config.metrics?.host,
    hasMail: config.smtp.url !== undefined,
    masterKeyIds: config.masterKeys.map(({ id }) => id),
    cookieKeyCount: config.cookieKeys.length,
    rotateEvery: config.keyRotation.rotateEvery,
  };
}

async function examineJobs(db: Kysely<Tables>): Promise<Contents['jobs']> {
  const rows = await listOutcomes(db);
  return rows.map((row) => ({
    name: row.name,
    succeededAt: row.succeeded_at,
    failedAt: row.failed_at,
    failure: row.failure,
  }));
}

async function examineContents(db: Kysely<Tables>, now: Date): Promise<Contents> {
  return {
    apps: await examineApps(db),
    secrets: await examineSecrets(db),
    subscriptions: await examineSubscriptions(db, now),
    suspended: await examineSuspended(db),
    algorithms: await algorithmsInUse(db),
    signingKeys: await examineKeys(db, now),
    largeTokens: await examineTokens(db),
    sealed: await examineSealed(db),
    jobs: await examineJobs(db),
    ...(await examinePeople(db, now)),
  };
}
