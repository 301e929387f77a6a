import type pg from 'pg';

export interface Numbers {
  readonly from: number;
  readonly to: number;
}

/** Numbered copies of an app, with its secret and its subscriptions, made where the rows are. @returns their ids */
export async function multiplyClient(pool: pg.Pool, clientId: string, numbers: Numbers): Promise<string[]> {
  const { from, to } = numbers;
  await copyRows(pool, 'clients', `t.id = $3`, `'id', 'copy_' || n`, clientId, numbers);
  const owned = `'client_id', 'copy_' || n`;
  await copyRows(pool, 'client_secrets', 't.client_id = $3', `${owned}, 'id', 'sec_copy_' || n`, clientId, numbers);
  // One for each API of the app, so the number alone does not tell them apart.
  const subscription = `${owned}, 'id', t.id || '_' || n`;
  await copyRows(pool, 'subscriptions', 't.client_id = $3', subscription, clientId, numbers);
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => `copy_${from + index}`);
}

/** Every row of a family of tokens (its grant, its refresh tokens) again and again, each copy a family of its own. */
export async function multiplyGrant(pool: pg.Pool, grantId: string, numbers: Numbers): Promise<void> {
  const hash = `'\\x' || encode(sha256(t.id_hash || convert_to(t.model || n, 'UTF8')), 'hex')`;
  await copyRows(
    pool,
    'artifacts',
    't.grant_id = $3',
    `'grant_id', 'copy-' || n, 'id_hash', ${hash}`,
    grantId,
    numbers,
  );
}

/** Copies whole rows, whatever columns the table has, with some of them changed for each number `n`. */
export async function copyRows(
  pool: pg.Pool,
  table: string,
  which: string,
  changes: string,
  value: string,
  { from, to }: Numbers,
): Promise<void> {
  const statement = `
    insert into ${table}
    select copy.*
    from ${table} t,
      generate_series($1::int, $2::int) n,
      jsonb_populate_record(t, jsonb_build_object(${changes})) copy
    where ${which}`;
  await pool.query(statement, [from, to, value]);
}
