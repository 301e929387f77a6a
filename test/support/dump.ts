import { sql } from 'kysely';
import type { TestServer } from './server.ts';

/** Every row of every table, as a line of text after the table's name. */
export async function dumpOf({ database: { db } }: TestServer): Promise<{ text: string; tables: string[] }> {
  const { rows } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables where table_schema = 'public'`.execute(db);
  let text = '';
  for (const { name } of rows) {
    const content = await sql<{ line: string }>`select to_jsonb(t)::text as line from ${sql.table(name)} t`.execute(db);
    text += content.rows.map(({ line }) => `${name} ${line}\n`).join('');
  }
  return { text, tables: rows.map((row) => row.name) };
}

/** A value as it is and in the forms in which it might be stored. */
export function formsOf(value: string): string[] {
  const bytes = [Buffer.from(value), Buffer.from(value, 'base64url')];
  const encoded = bytes.flatMap((buffer) => [
    buffer.toString('hex'),
    buffer.toString('base64'),
    buffer.toString('base64url'),
  ]);
  return [value, encodeURIComponent(value), ...encoded].map((form) => form.replace(/=+$/, ''));
}
