import { CompiledQuery } from 'kysely';
import type { Db } from '../db/connections/connection.ts';
import { PREPARED } from '../db/connections/session-client.ts';
import { INCARNATION } from './incarnation.ts';
import { deadNamesOf, namesOf, type TokenFacts } from './revoke.ts';
import { epochsOf } from './token-epochs.ts';

export interface RevocationChecks {
  /** Whether a token has been revoked, as of a moment after the call: what another process has committed by now counts. */
  isRevoked(token: TokenFacts): Promise<boolean>;
}

interface Name {
  readonly kind: string;
  readonly value: string;
}

interface Found {
  /** Name → tokens issued until then, in milliseconds, are revoked. */
  readonly times: ReadonlyMap<string, number>;
  /** Name → the lowest epoch that is alive, and that of a token which bears none. */
  readonly epochs: ReadonlyMap<string, { readonly epoch: number; readonly listed: number }>;
  readonly incarnation: number | undefined;
}

interface Batch {
  readonly revoked: Map<string, Name>;
  readonly raised: Map<string, Name>;
  readonly found: Promise<Found>;
}

const keyOf = ({ kind, value }: Name) => `${kind} ${value}`;

/**
 * One statement for all checks that come in the same turn of the event loop. It starts after the last of them has come, so
 * each is as good as one of its own; nothing is remembered, so there is nothing to forget.
 */
export function createRevocationChecks(db: Db): RevocationChecks {
  let open: Batch | undefined;
  const begin = (): Batch => {
    const [revoked, raised]: [Batch['revoked'], Batch['raised']] = [new Map(), new Map()];
    const turn = new Promise<void>((resolve) => setImmediate(resolve));
    const found = turn.then(() => {
      open = undefined;
      return find(db, [...revoked.values()], [...raised.values()]);
    });
    return { revoked, raised, found };
  };
  return {
    async isRevoked(token) {
      open ??= begin();
      const { revoked, raised, found } = open;
      for (const name of revocationsOf(token)) revoked.set(keyOf(name), name);
      for (const name of epochsOf(token)) raised.set(keyOf(name), name);
      return isOver(token, await found);
    },
  };
}

/** A token that bears epochs is refused by name only where the name has none. */
const revocationsOf = (token: TokenFacts) => (token.ep ? deadNamesOf(token) : namesOf(token));

/** No clock is asked about a token that bears epochs. */
function isOver(token: TokenFacts, { times, epochs, incarnation }: Found): boolean {
  const names = revocationsOf(token).map(keyOf);
  if (!token.ep) {
    // A token's time is in whole seconds, so one of the same second counts as issued before.
    if (names.some((name) => (times.get(name) ?? -1) >= token.iat * 1000)) return true;
    return epochsOf(token).some((name) => (epochs.get(keyOf(name))?.listed ?? 0) > 0);
  }
  if (token.ep[0] !== incarnation || names.some((name) => times.has(name))) return true;
  return epochsOf(token).some((name) => (epochs.get(keyOf(name))?.epoch ?? 0) > name.epoch);
}

/**
 * Each name is looked up by the primary key, whatever the planner thinks of the table. The lists are behind a `select`, or it
 * would count what is in them and plan anew each time, which takes longer than the answer.
 */
const QUERY = `${PREPARED}
  select n.kind, n.value, r.issued_before, null::int as epoch, null::int as listed, null::float8 as incarnation
  from unnest((select $1::text[]), (select $2::text[])) as n (kind, value)
  cross join lateral (
    select issued_before from revocations where kind = n.kind and value = n.value limit 1) r
  union all
  select n.kind, n.value, null, e.epoch, case when e.forget_at > now() then e.epoch else 0 end, null
  from unnest((select $3::text[]), (select $4::text[])) as n (kind, value)
  cross join lateral (
    select epoch, forget_at from epochs where kind = n.kind and value = n.value limit 1) e
  union all
  select null, null, null, null, null, ${INCARNATION}`;

interface Row {
  kind: string;
  value: string;
  issued_before: Date | null;
  epoch: number | null;
  listed: number | null;
  incarnation: number | null;
}

async function find(db: Db, revoked: readonly Name[], raised: readonly Name[]): Promise<Found> {
  const lists = [revoked, raised].flatMap((names) => [names.map(({ kind }) => kind), names.map(({ value }) => value)]);
  const { rows } = await db.executeQuery<Row>(CompiledQuery.raw(QUERY, lists));
  const times = new Map<string, number>();
  const epochs = new Map<string, { epoch: number; listed: number }>();
  let incarnation: number | undefined;
  for (const row of rows) {
    if (row.issued_before) times.set(keyOf(row), row.issued_before.getTime());
    else if (row.epoch !== null) epochs.set(keyOf(row), { epoch: row.epoch, listed: row.listed ?? 0 });
    else incarnation = row.incarnation ?? undefined;
  }
  return { times, epochs, incarnation };
}
