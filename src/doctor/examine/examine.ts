import type { Kysely } from 'kysely';
import { findBrandName } from '../../branding/branding.ts';
import type { Config } from '../../config.ts';
import { listOutcomes } from '../../db/job-outcomes.ts';
import { pendingMigrations } from '../../db/migrator.ts';
import type { Tables } from '../../db/tables/tables.ts';
import { algorithmsInUse } from '../../keys/algorithms.ts';
import type { Contents, Settings, Snapshot } from '../snapshot.ts';
import { apart, look } from './apart.ts';
import { examineApps, examineNames, examineSecrets } from './apps.ts';
import { examineKeys, examineSealed } from './keys.ts';
import { countAdmins, examineMail, findTeamsWithoutOwner, hasDemoPerson } from './people.ts';
import { examinePostgres } from './postgres.ts';
import { examineSubscriptions, examineSuspended } from './subscriptions.ts';
import { examineTokens } from './tokens.ts';

/** Looks at everything that the rules are about, without changing anything. What cannot be looked at hides nothing else. */
export async function examine(db: Kysely<Tables>, config: Config, clock: () => Date): Promise<Snapshot> {
  const now = clock();
  const pending = await look(() => pendingMigrations(db));
  const { databaseUrl } = config;
  const postgres = await look(async () => (databaseUrl ? examinePostgres(db, databaseUrl, clock) : undefined));
  const contents = await look(async () => (pending().length > 0 ? undefined : examineContents(db, now)));
  return apart<Snapshot>({
    now: () => now,
    settings: () => settingsOf(config),
    database: () => apart({ pendingMigrations: pending, postgres }),
    contents,
  });
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
  return apart({
    apps: await look(() => examineApps(db)),
    secrets: await look(() => examineSecrets(db)),
    subscriptions: await look(() => examineSubscriptions(db, now)),
    suspended: await look(() => examineSuspended(db)),
    algorithms: await look(() => algorithmsInUse(db)),
    signingKeys: await look(() => examineKeys(db, now)),
    largeTokens: await look(() => examineTokens(db)),
    sealed: await look(() => examineSealed(db)),
    jobs: await look(() => examineJobs(db)),
    brand: await look(() => findBrandName(db)),
    named: await look(() => examineNames(db)),
    admins: await look(() => countAdmins(db)),
    teamsWithoutOwner: await look(() => findTeamsWithoutOwner(db)),
    hasDemoPerson: await look(() => hasDemoPerson(db)),
    mail: await look(() => examineMail(db, now)),
  });
}
