/** What the floor keeps in PostgreSQL: grants with their tokens, and a note of what happened. Each statement is prepared. */
import pg from 'pg';
import { hash } from './form.ts';

/** A code or token that somebody presents, with its consent and its person. */
export interface Found {
  readonly kind: 'code' | 'refresh' | 'opaque';
  readonly client_id: string;
  readonly scope: string;
  readonly resource: string | null;
  readonly challenge: string | null;
  readonly used_at: Date | null;
  readonly expires_at: Date;
  readonly grant_id: string;
  readonly person: string;
  readonly email: string;
}

// As many connections as the server has unless it is told otherwise.
const db = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });

await db.query(`
  create table people (id text primary key, email text not null);
  insert into people values ('a-person', 'person@example.com');
  create table grants (id text primary key, person_id text not null references people, client_id text not null);
  create table tokens (
    hash bytea primary key, kind text not null, grant_id text not null, client_id text not null, scope text not null,
    resource text, challenge text, created_at timestamptz not null, expires_at timestamptz not null, used_at timestamptz);
  create index on tokens (grant_id);
  create table notes (
    id bigint generated always as identity primary key, at timestamptz not null, kind text not null,
    client_id text not null, grant_id text not null);
  create table ended (token bytea primary key, at timestamptz not null);`);

const inAnHour = (now: Date) => new Date(now.getTime() + 3_600_000);

/** Writes a grant with its code. Not measured. */
export async function saveCode(
  code: string,
  its: { clientId: string; scope: string; resource?: string; challenge: string },
) {
  const now = new Date();
  const grantId = crypto.randomUUID();
  await db.query(`insert into grants values ($1, 'a-person', $2)`, [grantId, its.clientId]);
  await saveToken('code', code, { ...its, grantId, now });
}

/** Writes a token that is not a JWT. Not measured. */
export async function saveOpaque(token: string, { grant_id: grantId, client_id: clientId, scope }: Found) {
  await saveToken('opaque', token, { grantId, clientId, scope, now: new Date() });
}

async function saveToken(
  kind: Found['kind'],
  value: string,
  its: { grantId: string; clientId: string; scope: string; resource?: string; challenge?: string; now: Date },
) {
  const { grantId, clientId, scope, resource, challenge, now } = its;
  await db.query('insert into tokens values ($1, $2, $3, $4, $5, $6, $7, $8, $9)', [
    hash(value),
    kind,
    grantId,
    clientId,
    scope,
    resource,
    challenge,
    now,
    inAnHour(now),
  ]);
}

/** The one read of an exchange, and of an introspection. */
export async function find(value: string): Promise<Found | undefined> {
  const { rows } = await db.query<Found>({
    name: 'find',
    text: `select t.kind, t.client_id, t.scope, t.resource, t.challenge, t.used_at, t.expires_at, t.grant_id,
        p.id as person, p.email
      from tokens t join grants g on g.id = t.grant_id join people p on p.id = g.person_id
      where t.hash = $1`,
    values: [hash(value)],
  });
  return rows[0];
}

/** The one write of an exchange: uses up, issues, notes. @returns whether it was this one who used it up */
export async function exchange(used: string, successor: string, kind: Found['kind']): Promise<boolean> {
  const now = new Date();
  const { rowCount } = await db.query({
    name: 'exchange',
    text: `with used as (
        update tokens set used_at = $3 where hash = $1 and used_at is null returning grant_id, client_id, scope, resource),
      issued as (
        insert into tokens select $2, 'refresh', grant_id, client_id, scope, resource, null, $3, $4, null from used),
      noted as (insert into notes (at, kind, client_id, grant_id) select $3, $5, client_id, grant_id from used)
      select from used`,
    values: [hash(used), hash(successor), now, inAnHour(now), kind],
  });
  return rowCount === 1;
}

/** A bare commit: one row. */
export async function end(token: string): Promise<void> {
  await db.query({
    name: 'end',
    text: 'insert into ended values ($1, $2) on conflict do nothing',
    values: [hash(token), new Date()],
  });
}
