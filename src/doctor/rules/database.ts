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
    why: 'This version of the server needs tables that the database does not have. Nothing else was looked at.',
    fix: 'Run npx latchkey migrate up, and then the doctor again.',
    check: ({ database: { pendingMigrations } }) =>
      sentenceIf(pendingMigrations.length > 0, `The database lacks ${pendingMigrations.join(', ')}.`),
  },
  {
    id: 'postgres-too-old',
    severity: 'error',
    title: 'PostgreSQL is older than 14',
    why: 'Latchkey is tried on 14 and newer, and uses what older ones lack.',
    fix: 'Upgrade PostgreSQL.',
    check: onPostgres((postgres) => sentenceIf(majorOf(postgres) < OLDEST, `It is PostgreSQL ${majorOf(postgres)}.`)),
  },
  {
    id: 'postgres-end-of-life',
    severity: 'warning',
    title: 'PostgreSQL gets no more fixes',
    why: 'Security problems that are found from now on stay open.',
    fix: 'Upgrade PostgreSQL to a version that is looked after.',
    check: onPostgres((postgres, { now }) => {
      const end = ENDS_OF_LIFE[majorOf(postgres)];
      const isOver = end !== undefined && now >= new Date(`${end}T00:00:00Z`);
      return sentenceIf(isOver, `PostgreSQL ${majorOf(postgres)} has had its last release on ${end}.`);
    }),
  },
  {
    id: 'postgres-fsync-off',
    severity: 'error',
    title: 'fsync or full_page_writes is off',
    why: 'A power failure can damage the database so that it cannot be repaired.',
    fix: 'Set fsync = on and full_page_writes = on in postgresql.conf.',
    check: onPostgres(({ fsync, fullPageWrites }) => [
      ...sentenceIf(!fsync, 'fsync is off.'),
      ...sentenceIf(!fullPageWrites, 'full_page_writes is off.'),
    ]),
  },
  {
    id: 'postgres-commits-early',
    severity: 'warning',
    title: 'synchronous_commit is off',
    why: 'After a crash the last changes are gone: a refresh token that was used works once more, and a revocation is forgotten.',
    fix: 'Set synchronous_commit = on, at least for the role of the server: alter role … set synchronous_commit = on.',
    check: onPostgres(({ synchronousCommit }) => sentenceIf(synchronousCommit === 'off', 'synchronous_commit is off.')),
  },
  {
    id: 'postgres-unencrypted',
    severity: 'warning',
    title: 'the connection to PostgreSQL is not encrypted',
    why: 'Anybody on the path reads the password of the database and everything in it.',
    fix: 'Let PostgreSQL use ssl, and add ?sslmode=verify-full to DATABASE_URL.',
    check: onPostgres(({ encrypted, local }) =>
      sentenceIf(!encrypted && !local, 'PostgreSQL is on another machine, and the connection is without TLS.'),
    ),
  },
  {
    id: 'postgres-superuser',
    severity: 'note',
    title: 'the server is a superuser of PostgreSQL',
    why: 'Anybody who gets hold of DATABASE_URL can read files of that machine and run programs there.',
    fix: 'Make a role of its own: create role latchkey login; and let it own the database.',
    check: onPostgres(({ superuser }) => sentenceIf(superuser, 'The role in DATABASE_URL is a superuser.')),
  },
  {
    id: 'restores-unnoticed',
    severity: 'note',
    title: 'a restored database is not noticed',
    why: 'Tokens from before a restore may outlive what ended them: the restored database has forgotten it.',
    fix: 'Grant the role of the server execute on pg_control_system() and pg_walfile_name(pg_lsn); or run npx latchkey database restored after each restore and failover.',
    check: onPostgres(({ restoresAreNoticed }) =>
      sentenceIf(!restoresAreNoticed, 'The role of the server may not ask PostgreSQL which database it is.'),
    ),
  },
  {
    id: 'clock-skew',
    severity: 'warning',
    title: 'two clocks differ',
    why: 'Tokens and codes are good until a moment; two machines that do not agree on it refuse good ones or take bad ones.',
    fix: 'Run NTP (such as chrony) on both machines.',
    check: onPostgres(({ clockAhead }) =>
      sentenceIf(
        Math.abs(clockAhead) > MOST_SKEW,
        `The clock of PostgreSQL is ${(Math.abs(clockAhead) / 1000).toFixed(1)} s ${clockAhead > 0 ? 'ahead of' : 'behind'} the one here.`,
      ),
    ),
  },
];
