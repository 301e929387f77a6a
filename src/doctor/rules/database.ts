import { inDate, inNumber } from '../../texts/moments.ts';
import { t } from '../../texts/texts.ts';
import { type Rule, sentenceIf } from '../rule.ts';
import type { DatabaseState, Snapshot } from '../snapshot.ts';

type Postgres = NonNullable<DatabaseState['postgres']>;

/** For rules about PostgreSQL; the embedded database is what we ship. */
const onPostgres =
  (check: (postgres: Postgres, snapshot: Snapshot) => readonly string[]): Rule['check'] =>
  (snapshot) =>
    snapshot.database.postgres ? check(snapshot.database.postgres, snapshot) : [];

/** From https://www.postgresql.org/support/versioning/ */
const ENDS_OF_LIFE: Record<number, string> = {
  14: '2026-11-12',
  15: '2027-11-11',
  16: '2028-11-09',
  17: '2029-11-08',
  18: '2030-11-14',
};

const OLDEST = 14;
const majorOf = ({ version }: Postgres) => Math.floor(version / 10_000);
const MOST_SKEW = 2000;

export const databaseRules: readonly Rule[] = [
  {
    id: 'migrations-pending',
    severity: 'error',
    title: 'migrations are pending',
    check: ({ database: { pendingMigrations } }) =>
      sentenceIf(pendingMigrations.length > 0, t('findings.pending', { migrations: pendingMigrations.join(', ') })),
  },
  {
    id: 'postgres-too-old',
    severity: 'error',
    title: 'PostgreSQL is older than 14',
    check: onPostgres((postgres) =>
      sentenceIf(majorOf(postgres) < OLDEST, t('findings.postgresIs', { version: String(majorOf(postgres)) })),
    ),
  },
  {
    id: 'postgres-end-of-life',
    severity: 'warning',
    title: 'PostgreSQL gets no more fixes',
    check: onPostgres((postgres, { now }) => {
      const end = ENDS_OF_LIFE[majorOf(postgres)];
      if (end === undefined || now < new Date(`${end}T00:00:00Z`)) return [];
      return [t('findings.postgresEnd', { version: String(majorOf(postgres)), date: inDate(new Date(end)) })];
    }),
  },
  {
    id: 'postgres-fsync-off',
    severity: 'error',
    title: 'fsync or full_page_writes is off',
    check: onPostgres(({ fsync, fullPageWrites }) => [
      ...sentenceIf(!fsync, t('findings.isOff', { setting: 'fsync' })),
      ...sentenceIf(!fullPageWrites, t('findings.isOff', { setting: 'full_page_writes' })),
    ]),
  },
  {
    id: 'postgres-commits-early',
    severity: 'warning',
    title: 'synchronous_commit is off',
    check: onPostgres(({ synchronousCommit }) =>
      sentenceIf(synchronousCommit === 'off', t('findings.isOff', { setting: 'synchronous_commit' })),
    ),
  },
  {
    id: 'postgres-unencrypted',
    severity: 'warning',
    title: 'the connection to PostgreSQL is not encrypted',
    check: onPostgres(({ encrypted, local }) => sentenceIf(!encrypted && !local, t('findings.unencrypted'))),
  },
  {
    id: 'postgres-superuser',
    severity: 'note',
    title: 'the server is a superuser of PostgreSQL',
    check: onPostgres(({ superuser }) => sentenceIf(superuser, t('findings.superuser'))),
  },
  {
    id: 'restores-unnoticed',
    severity: 'note',
    title: 'a restored database is not noticed',
    check: onPostgres(({ restoresAreNoticed }) => sentenceIf(!restoresAreNoticed, t('findings.restoresUnnoticed'))),
  },
  {
    id: 'clock-skew',
    severity: 'warning',
    title: 'two clocks differ',
    check: onPostgres(({ clockAhead }) =>
      sentenceIf(
        Math.abs(clockAhead) > MOST_SKEW,
        t(clockAhead > 0 ? 'findings.clockAhead' : 'findings.clockBehind', {
          seconds: inNumber(Math.round(Math.abs(clockAhead) / 100) / 10),
        }),
      ),
    ),
  },
];
