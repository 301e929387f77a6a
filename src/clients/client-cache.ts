import { type AppApi, findOfferedApis, type OfferedApi, toAppApis } from '../apis/app-apis.ts';
import { CLIENT_CACHE_TOPIC, versionOf, type Watch } from '../db/changes.ts';
import type { Db } from '../db/connections/connection.ts';
import {
  type ClientEpochs,
  type FoundSubscription,
  findTokenClient,
  type KnownSecret,
  type TokenClient,
} from './token-clients.ts';

/** An app with all that a token request needs to know of it. */
export interface CachedClient {
  readonly client: TokenClient;
  readonly epochs: ClientEpochs;
  readonly secrets: readonly KnownSecret[];
  /** The APIs that it may use, by identifier. */
  readonly apis: ReadonlyMap<string, ClientApi>;
  /** The identifier of its own default API or, if it may use just one, of that one. */
  readonly defaultApi: string | undefined;
  /** The identifiers of the APIs whose resource server it is. */
  readonly introspects: ReadonlySet<string>;
}

/** An API as one app may use it, with the epochs of then. */
export interface ClientApi extends AppApi {
  readonly epochs: FoundSubscription['epochs'];
}

export interface ClientCache {
  /** An app that is known and not disabled. Reads through `db` only what it does not remember. */
  find(db: Db, clientId: string): Promise<CachedClient | undefined>;
  /** What is remembered of an app; undefined says nothing. */
  peek(clientId: string): CachedClient | undefined;
  /** Changes whenever everything is forgotten. What was concluded from an entry holds while the number is the same. */
  generation(): number;
  /** How many are remembered now, and how many lookups were answered from memory and how many from the database so far. */
  counts(): { entries: number; hits: number; misses: number };
  /** What to watch so that it forgets when an app, an API or a subscription changes. */
  readonly watch: (db: Db) => Watch;
}

/** How many apps are remembered. The oldest entry goes first, and is read again when it is asked for. */
const MOST = 20_000;

/**
 * Milliseconds for which an entry is used while PostgreSQL, where another process may have changed the app, cannot be
 * asked.
 */
const TRUSTED_FOR = 60_000;

/**
 * Apps, their secrets' hashes and their APIs, remembered until something of that kind changes: at once in the process that
 * changes it, within milliseconds in the others, and within a second where notifications do not get through.
 */
export function createClientCache(most = MOST): ClientCache {
  const entries = new Map<string, CachedClient>();
  /** By id: thousands of apps use the same few. */
  const apis = new Map<string, OfferedApi>();
  let generation = 0;
  let hits = 0;
  let misses = 0;
  const recall = (clientId: string) => {
    const known = entries.get(clientId);
    if (known) hits += 1;
    return known;
  };
  return {
    peek: recall,
    generation: () => generation,
    counts: () => ({ entries: entries.size, hits, misses }),
    async find(db, clientId) {
      const known = recall(clientId);
      if (known) return known;
      misses += 1;
      const started = generation;
      const loaded = await load(db, clientId, apis);
      // What was read before a change is not remembered after it.
      if (loaded && started === generation) {
        if (entries.size >= most) forgetOldest(entries);
        entries.set(clientId, loaded.entry);
        for (const offered of loaded.read) apis.set(offered.api.id, offered);
      }
      return loaded?.entry;
    },
    watch: (db) => ({
      topic: CLIENT_CACHE_TOPIC,
      trustedFor: TRUSTED_FOR,
      fingerprint: () => versionOf(db, CLIENT_CACHE_TOPIC),
      invalidate() {
        generation += 1;
        entries.clear();
        apis.clear();
      },
      async onChange() {},
    }),
  };
}

function forgetOldest(entries: Map<string, CachedClient>): void {
  const [oldest] = entries.keys();
  if (oldest !== undefined) entries.delete(oldest);
}

interface Loaded {
  readonly entry: CachedClient;
  /** Those of its APIs that were not known. */
  readonly read: readonly OfferedApi[];
}

async function load(db: Db, clientId: string, known: ReadonlyMap<string, OfferedApi>): Promise<Loaded | undefined> {
  const found = await findTokenClient(db, clientId);
  if (!found) return undefined;
  const { client, epochs, secrets, subscriptions, introspects } = found;
  // What is remembered of an API may be older than the epochs that were just read: then it is read again.
  const remembered = subscriptions.flatMap(({ api_id: id, version }) => {
    const offered = known.get(id);
    return offered?.api.version === version ? [offered] : [];
  });
  const there = new Set(remembered.map(({ api }) => api.id));
  const missing = subscriptions.map(({ api_id: id }) => id).filter((id) => !there.has(id));
  const read = await findOfferedApis(db, missing);
  const apis = withEpochs(subscriptions, toAppApis(subscriptions, [...remembered, ...read]));
  const chosen = client.default_api_id;
  // An app whose own default is suspended gets no token, and not one for another API.
  const byDefault = chosen ? apis.find(({ api }) => api.id === chosen) : apis.length === 1 ? apis[0] : undefined;
  const entry: CachedClient = {
    client,
    epochs,
    secrets,
    apis: new Map(apis.map((appApi) => [appApi.api.identifier, appApi])),
    defaultApi: byDefault?.api.identifier,
    introspects: new Set(introspects),
  };
  return { entry, read };
}

function withEpochs(subscriptions: readonly FoundSubscription[], apis: readonly AppApi[]): ClientApi[] {
  const byId = new Map(subscriptions.map(({ api_id: id, epochs }) => [id, epochs]));
  return apis.flatMap((one) => {
    const epochs = byId.get(one.api.id);
    return epochs ? [{ ...one, epochs }] : [];
  });
}
