import { hash } from 'node:crypto';
import type { AppApi } from '../apis/app-apis.ts';
import { decideScopes } from '../apis/policy.ts';
import type { CachedClient, ClientCache } from '../clients/client-cache.ts';
import type { KnownSecret } from '../clients/token-clients.ts';
import type { Db } from '../db/connections/connection.ts';
import { findCaller, liveSecret, readCredentials, readForm } from './plain-request.ts';
import { isSmall } from './token-size.ts';

/** What the express lane is to issue. */
export interface Order {
  readonly clientId: string;
  readonly api: AppApi['api'];
  readonly scope: string;
  readonly secret: KnownSecret;
  /** When it must be decided anew, because the secret ends. */
  readonly until: Date | null;
}

/**
 * Of an Authorization header and a form: what to issue, or undefined when the request is not for the lane. Known at once
 * when it was asked before.
 */
export type ReadOrder = (
  authorization: string | undefined,
  body: string,
  now: Date,
) => Order | Promise<Order | undefined>;

interface Source {
  readonly clientCache: ClientCache;
  readonly db: Db;
}

const MOST = 10_000;

/**
 * Programs ask for the same again and again, so what was decided is remembered under the request's hash (secrets do not
 * stay in memory), until the catalogue forgets (an app, a secret, an API or a subscription changed) or a secret ends.
 */
export function rememberOrders(source: Source): ReadOrder {
  const { clientCache } = source;
  const orders = new Map<string, Order>();
  let generation = clientCache.generation();
  const forgetWithCache = () => {
    if (generation !== clientCache.generation() || orders.size >= MOST) orders.clear();
    generation = clientCache.generation();
  };
  const decide = async (request: string, asked: Asked): Promise<Order | undefined> => {
    const started = clientCache.generation();
    const order = await readOrder(source, asked);
    // What was read before a change is not remembered after it.
    if (order && started === clientCache.generation()) orders.set(request, order);
    return order;
  };
  return (authorization, body, now) => {
    forgetWithCache();
    const request = hash('sha256', `${authorization ?? ''}\n${body}`, 'base64url');
    const known = orders.get(request);
    if (known && (!known.until || now < known.until)) return known;
    return decide(request, { authorization, body, now });
  };
}

const PARAMETERS = new Set(['grant_type', 'scope', 'resource', 'client_id', 'client_secret']);

interface Asked {
  readonly authorization: string | undefined;
  readonly body: string;
  readonly now: Date;
}

/** Decides nothing that it is not sure of. */
async function readOrder(source: Source, { authorization, body, now }: Asked): Promise<Order | undefined> {
  const form = readForm(body, PARAMETERS);
  if (form?.get('grant_type') !== 'client_credentials') return undefined;
  const credentials = readCredentials(authorization, form);
  const entry = credentials && (await findCaller(source, credentials));
  const secret = entry && isPlain(entry) && liveSecret(entry, credentials.secret, now);
  if (!secret) return undefined;
  const decision = decideFully(entry, form);
  return decision && { ...decision, clientId: entry.client.id, secret, until: secret.expiresAt };
}

const isPlain = ({ client }: CachedClient) => client.type === 'machine' && !client.require_par;

/** Only what the policy grants in full. */
function decideFully(entry: CachedClient, form: ReadonlyMap<string, string>): Pick<Order, 'api' | 'scope'> | undefined {
  const identifier = form.get('resource') ?? entry.defaultApi;
  const appApi = identifier === undefined ? undefined : entry.apis.get(identifier);
  if (!appApi) return undefined;
  const requested = form.get('scope')?.split(' ');
  const { granted, refused } = decideScopes({ ...appApi, requested, roles: 'app' });
  if (refused.length > 0 || granted.length === 0) return undefined;
  const scope = granted.join(' ');
  return isSmall(scope) ? { api: appApi.api, scope } : undefined;
}
