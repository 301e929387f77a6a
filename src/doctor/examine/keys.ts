import { sql } from 'kysely';
import type { Db } from '../../db/connections/connection.ts';
import { SEALED } from '../../keys/sealing/contexts.ts';
import { listSigningKeys } from '../../keys/signing-keys.ts';
import { LONGEST_TOKEN_LIFETIME, stageOf } from '../../keys/stages.ts';
import type { Contents, SigningKeyState } from '../snapshot.ts';

export async function examineKeys(db: Db, now: Date): Promise<SigningKeyState[]> {
  const keys = await listSigningKeys(db);
  return keys.map((key) => ({
    kid: key.kid,
    alg: key.alg,
    stage: stageOf(key, { retainFor: LONGEST_TOKEN_LIFETIME }, now),
    activatesAt: key.activatesAt,
  }));
}

/** A sealed value starts with the id of its master key. */
export async function examineSealed(db: Db): Promise<Contents['sealed']> {
  const counts = new Map<string, number>();
  for (const { table, column } of SEALED) {
    const { rows } = await sql<{ id: string; count: number }>`
      select split_part(${sql.ref(column)}, '.', 1) as id, count(*)::int as count from ${sql.table(table)}
      where ${sql.ref(column)} is not null group by 1`.execute(db);
    for (const { id, count } of rows) counts.set(id, (counts.get(id) ?? 0) + count);
  }
  return [...counts].map(([masterKeyId, count]) => ({ masterKeyId, count }));
}
