import { CATALOG_TOPIC } from '../apis/catalog-topic.ts';
import { findIntrospectedApis } from '../apis/introspectors.ts';
import { type AppApi, findAppApis } from '../apis/subscriptions.ts';
import type { Client } from '../db/catalogue-tables.ts';
import { versionOf, type Watch } from '../db/changes.ts';
import type { Db } from '../db/connection.ts';
import { findClientWithSecrets, type KnownSecret } from './find-clients.ts';

/** An app with all that a token request needs to know of it. */
export interface CatalogEntry {
  readonly client: Client;
  readonly secrets: readonly KnownSecret[];
  /** The APIs that it may use, by identifier. */
  readonly apis: ReadonlyMap<string, AppApi>;
  /** The identifier of its own default API or, if it may use just one, of that one. */
  readonly defaultApi: string | undefined;
  /** The identifiers of the APIs whose resource server it is. */
  readonly introspects: ReadonlySet<string>;
}

export interface Catalog {
  /** An app that is known and not disabled. Reads through `db` only what it does not remember. */
  find(db: Db, clientId: string): Promise<CatalogEntry | undefined>;
  /** What is remembered of an app; undefined says nothing. */
  peek(clientId: string): CatalogEntry | undefined;
  /** Another number whenever all is forgotten: what was concluded from an entry holds as long as it stays. */
  generation(): number;
  /** How many are remembered now, and how many lookups were answered from memory and how many from the database so far. */
  counts(): { entries: number; hits: number; misses: number };
  /** What to watch so that it forgets when an app, an API or a subscription changes. */
  readonly watch: (db: Db) => Watch;
}

/** So many apps are remembered; the one that was not asked for the longest goes first. */
const MOST = 20_000;

/**
 * Apps, their secrets' hashes and their APIs, remembered until something of that kind changes: at once in the process that
 * changes it, within milliseconds in the others, and within a second where notifications do not get through.
 */
export function createCatalog(): Catalog {
  const entries = new Map<string, CatalogEntry>();
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
      const entry = await load(db, clientId);
      // What was read before a change is not remembered after it.
      if (entry && started === generation) remember(entries, clientId, entry);
      return entry;
    },
    watch: (db) => ({
      topic: CATALOG_TOPIC,
      fingerprint: () => versionOf(db, CATALOG_TOPIC),
      invalidate() {
        generation += 1;
        entries.clear();
      },
      async onChange() {},
    }),
  };
}

function remember(entries: Map<string, CatalogEntry>, clientId: string, entry: CatalogEntry): void {
  if (entries.size >= MOST) {
    const [oldest] = entries.keys();
    if (oldest !== undefined) entries.delete(oldest);
  }
  entries.set(clientId, entry);
}

async function load(db: Db, clientId: string): Promise<CatalogEntry | undefined> {
  const found = await findClientWithSecrets(db, clientId);
  if (!found) return undefined;
  const apis = await findAppApis(db, clientId);
  const chosen = found.client.default_api_id;
  // An app whose own default is suspended gets no token, and not one for another API.
  const byDefault = chosen ? apis.find(({ api }) => api.id === chosen) : apis.length === 1 ? apis[0] : undefined;
  const introspects = new Set(await findIntrospectedApis(db, clientId));
  return {
    client: found.client,
    // Copies: what the driver gives is a view of 32 bytes that keeps some kilobytes of what it received in memory.
    secrets: found.secrets.map((secret) => ({ ...secret, hash: new Uint8Array(secret.hash) })),
    apis: new Map(apis.map((appApi) => [appApi.api.identifier, appApi])),
    defaultApi: byDefault?.api.identifier,
    introspects,
  };
}
