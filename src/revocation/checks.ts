import { CompiledQuery } from 'kysely';
import type { Db } from '../db/connections/connection.ts';
import { PREPARED } from '../db/connections/session-client.ts';
import { namesOf, type TokenFacts } from './revoke.ts';

export interface RevocationChecks {
  /** Whether a token has been revoked, as of a moment after the call: what another process has committed by now counts. */
  isRevoked(token: TokenFacts): Promise<boolean>;
}

/** Name → tokens issued until then, in milliseconds, are revoked. */
type Found = ReadonlyMap<string, number>;

interface Batch {
  readonly names: Map<string, { kind: string; value: string }>;
  readonly found: Promise<Found>;
}

/**
 * One statement for all checks that come in the same turn of the event loop. It starts after the last of them has come, so
 * each is as good as one of its own; nothing is remembered, so there is nothing to forget.
 */
export function createRevocationChecks(db: Db): RevocationChecks {
  let open: Batch | undefined;
  const begin = (): Batch => {
    const names: Batch['names'] = new Map();
    const turn = new Promise<void>((resolve) => setImmediate(resolve));
    const found = turn.then(() => {
      open = undefined;
      return findRevocations(db, [...names.values()]);
    });
    return { names, found };
  };
  return {
    async isRevoked(token) {
      const names = namesOf(token).map((name) => [`${name.kind} ${name.value}`, name] as const);
      open ??= begin();
      const batch = open;
      for (const [key, name] of names) batch.names.set(key, name);
      const found = await batch.found;
      // A token's time is in whole seconds, so one of the same second counts as issued before.
      return names.some(([key]) => (found.get(key) ?? -1) >= token.iat * 1000);
    },
  };
}

/**
 * Each name is looked up by the primary key, whatever the planner thinks of the table. The lists are behind a `select`, or it
 * would count what is in them and plan anew each time, which takes longer than the answer.
 */
const QUERY = `${PREPARED}
  select n.kind, n.value, r.issued_before
  from unnest((select $1::text[]), (select $2::text[])) as n (kind, value)
  cross join lateral (
    select issued_before from revocations where kind = n.kind and value = n.value limit 1) r`;

async function findRevocations(db: Db, names: { kind: string; value: string }[]): Promise<Found> {
  const parameters = [names.map(({ kind }) => kind), names.map(({ value }) => value)];
  const { rows } = await db.executeQuery<{ kind: string; value: string; issued_before: Date }>(
    CompiledQuery.raw(QUERY, parameters),
  );
  return new Map(rows.map((row) => [`${row.kind} ${row.value}`, row.issued_before.getTime()]));
}
