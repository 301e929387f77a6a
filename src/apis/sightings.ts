import type { Middleware } from 'koa';
import { type Kysely, sql } from 'kysely';
import type { Db } from '../db/connections/connection.ts';
import type { Tables } from '../db/tables/tables.ts';

/** The header by which a verifier says for which API it fetches. */
const AUDIENCE = 'latchkey-audience';
const MOST_LENGTH = 300;
/** APIs that are remembered between two writes, and for so long after one another look is not noted. */
const MOST = 1000;
const QUIET_MS = 5000;

/** When a verifier that names an API fetched keys, and when it read what has ended. */
interface Sighting {
  readonly keys: Date | null;
  readonly feed: Date | null;
  /** Where the latest came from. */
  readonly address: string;
}

export interface ApiSightings {
  /** Notes who fetches keys and feeds. Looks at one header, and writes nothing. */
  readonly middleware: Middleware;
  /** Writes what has been noted. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Which APIs fetch keys and feeds: what an owner sees after protecting one. It is what a request says of itself, so it is
 * shown with the address that it came from, and nothing depends on it. Gathered in memory, and written together.
 */
export function createApiSightings(parts: {
  readonly db: Kysely<Tables>;
  readonly clock: () => Date;
  readonly onError: (error: unknown) => void;
  /** Milliseconds between two writes. */
  readonly every?: number;
}): ApiSightings {
  const { db, clock, onError, every = 2000 } = parts;
  let noted = new Map<string, Sighting>();
  const latest = new Map<string, number>();

  const note = (identifier: string, kind: 'keys' | 'feed', address: string) => {
    const now = clock();
    const key = `${kind} ${identifier}`;
    if (now.getTime() - (latest.get(key) ?? 0) < QUIET_MS) return;
    if (noted.size >= MOST && !noted.has(identifier)) return;
    if (latest.size >= 2 * MOST) latest.clear();
    latest.set(key, now.getTime());
    noted.set(identifier, { ...(noted.get(identifier) ?? { keys: null, feed: null }), [kind]: now, address });
  };
  const flush = async () => {
    if (noted.size === 0) return;
    const batch = noted;
    noted = new Map();
    await writeSightings(db, batch);
  };
  // What could not be written is seen again: verifiers ask every few seconds.
  const tryFlush = () => flush().catch(onError);
  const timer = setInterval(() => void tryFlush(), every);
  timer.unref();

  return {
    middleware: (ctx, next) => {
      const audience = ctx.req.headers[AUDIENCE];
      if (typeof audience !== 'string' || audience.length > MOST_LENGTH || ctx.method !== 'GET') return next();
      const kind = kindOf(ctx.path);
      if (kind) note(audience, kind, ctx.ip);
      return next();
    },
    flush,
    async close() {
      clearInterval(timer);
      await tryFlush();
    },
  };
}

function kindOf(path: string): 'keys' | 'feed' | undefined {
  if (path === '/jwks' || path === '/.well-known/jwks.json') return 'keys';
  return /^\/(?:epochs|revocations)(?:\/|$)/.test(path) ? 'feed' : undefined;
}

/** One statement. A name that is no API's is forgotten. */
async function writeSightings(db: Db, batch: ReadonlyMap<string, Sighting>): Promise<void> {
  const names = [...batch.keys()].sort();
  const of = <Key extends keyof Sighting>(key: Key) => names.map((name) => batch.get(name)?.[key] ?? null);
  await sql`
    insert into api_sightings (api_id, keys_at, feed_at, address)
    select apis.id, batch.keys_at, batch.feed_at, batch.address
    from unnest(${names}::text[], ${of('keys')}::timestamptz[], ${of('feed')}::timestamptz[], ${of('address')}::text[])
      as batch (identifier, keys_at, feed_at, address)
    join apis on apis.identifier = batch.identifier
    order by apis.id
    on conflict (api_id) do update
    set keys_at = greatest(api_sightings.keys_at, excluded.keys_at),
        feed_at = greatest(api_sightings.feed_at, excluded.feed_at),
        address = excluded.address`.execute(db);
}

export function findSighting(db: Db, apiId: string) {
  return db
    .selectFrom('api_sightings')
    .select(['keys_at as keysAt', 'feed_at as feedAt', 'address'])
    .where('api_id', '=', apiId)
    .executeTakeFirst();
}
