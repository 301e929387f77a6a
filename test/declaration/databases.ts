import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { ensureAdminApi } from '../../src/apis/admin-api.ts';
import type { Database } from '../../src/db/connections/connection.ts';
import { applyDeclaration } from '../../src/declaration/apply.ts';
import { parseDeclaration } from '../../src/declaration/parse.ts';
import { readCurrent } from '../../src/declaration/read.ts';
import { describeChange } from '../../src/declaration/words.ts';
import { writeDeclaration } from '../../src/declaration/write.ts';
import { createOutbox } from '../../src/mail/outbox.ts';
import { aPerson } from '../support/factories.ts';

const outbox = createOutbox([{ id: 'test', key: randomBytes(32) }], 'https://auth.example.com');
export const by = () => ({ actor: { type: 'operator' } as const, now: new Date() });

/** Applies a text, with the changes in words. */
export async function apply({ db }: Database, text: string, options: { prune?: boolean; dryRun?: boolean } = {}) {
  const file = parseDeclaration(text);
  const wanted = { prune: false, dryRun: false, ...options };
  const { changes, left } = await applyDeclaration(db, outbox, { file, options: wanted, by: by() });
  const said = changes.filter(({ isSilent }) => !isSilent);
  const SIGNS = { create: '+', change: '~', remove: '-' };
  return {
    changes: said.map((change) => `${SIGNS[change.action]} ${describeChange(change)}`),
    left: left.map(({ subject }) => subject),
  };
}

export const exported = async ({ db }: Database) => writeDeclaration((await readCurrent(db)).declaration);

/** Everything that a file can say goes; people stay. */
export async function empty({ db }: Database): Promise<void> {
  await sql`truncate groups, teams, apis, clients cascade`.execute(db);
  await ensureAdminApi(db, 'https://auth.example.com', new Date());
}

export const PEOPLE = ['ada', 'bob', 'cleo', 'dora'].map((name) => `${name}@example.com`);

export async function addPeople(database: Database): Promise<void> {
  for (const email of PEOPLE) await aPerson(database, { email });
}
