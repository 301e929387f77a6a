import { type Kysely, sql } from 'kysely';
import { aheadOf } from '../../db/clock-skew.ts';
import { readAddress } from '../../db/connections/address.ts';
import type { Tables } from '../../db/tables/tables.ts';
import { readIdentity } from '../../revocation/incarnation.ts';
import { isLoopback } from '../rule.ts';
import type { DatabaseState } from '../snapshot.ts';

interface Row {
  readonly version: string;
  readonly fsync: string;
  readonly full_page_writes: string;
  readonly synchronous_commit: string;
  readonly encrypted: boolean | null;
  readonly superuser: boolean | null;
  readonly at: Date;
}

/** The settings of PostgreSQL that matter, and how far its clock is from ours. */
export async function examinePostgres(
  db: Kysely<Tables>,
  url: string,
  clock: () => Date,
): Promise<DatabaseState['postgres']> {
  const before = clock().getTime();
  const { rows } = await sql<Row>`
    select current_setting('server_version_num') as version, current_setting('fsync') as fsync,
      current_setting('full_page_writes') as full_page_writes,
      current_setting('synchronous_commit') as synchronous_commit,
      (select ssl from pg_stat_ssl where pid = pg_backend_pid()) as encrypted,
      (select rolsuper from pg_roles where rolname = current_user) as superuser,
      clock_timestamp() as at`.execute(db);
  const after = clock().getTime();
  const [row] = rows;
  if (!row) return undefined;
  return {
    version: Number(row.version),
    fsync: row.fsync === 'on',
    fullPageWrites: row.full_page_writes === 'on',
    synchronousCommit: row.synchronous_commit,
    encrypted: row.encrypted ?? false,
    local: isLocal(url),
    superuser: row.superuser ?? false,
    restoresAreNoticed: (await readIdentity(db)) !== undefined,
    clockAhead: aheadOf(row.at.getTime(), before, after),
  };
}

/** A socket, or an address of this machine. */
function isLocal(url: string): boolean {
  const { host = '' } = readAddress(url);
  return host === '' || host.startsWith('/') || isLoopback(host);
}
