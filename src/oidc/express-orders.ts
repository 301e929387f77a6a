import { hash } from 'node:crypto';
import { decideScopes } from '../apis/policy.ts';
import type { AppApi } from '../apis/subscriptions.ts';
import type { Catalog, CatalogEntry } from '../clients/catalog.ts';
import type { KnownSecret } from '../clients/find-clients.ts';
import { liveSecret, readCredentials, readForm } from './plain-request.ts';

/** What the express lane is to issue. */
export interface Order {
  readonly clientId: string;
  readonly api: AppApi['api'];
  readonly scope: string;
  readonly secret: KnownSecret;
  /** When it must be decided anew, because the secret ends. */
  readonly until: Date | null;
}

/** Of an Authorization header and a form: what to issue, or undefined when the request is not for the lane. */
export type ReadOrder = (authorization: string | undefined, body: string, now: Date) => Order | undefined;

const MOST = 10_000;

/**
 * Programs ask for the same again and again, so what was decided is remembered under the request's hash (secrets do not
 * stay in memory), until the catalogue forgets (an app, a secret, an API or a subscription changed) or a secret ends.
 */
export function rememberOrders(catalog: Catalog): ReadOrder {
  const orders = new Map<string, Order>();
  let generation = catalog.generation();
  return (authorization, body, now) => {
    if (generation !== catalog.generation() || orders.size >= MOST) orders.clear();
    generation = catalog.generation();
    const request = hash('sha256', `${authorization}\n${body}`, 'base64url');
    const known = orders.get(request);
    if (known && (!known.until || now < known.until)) return known;
    const order = readOrder(catalog, { authorization, body, now });
    if (order) orders.set(request, order);
    return order;
  };
}

const PARAMETERS = new Set(['grant_type', 'scope', 'resource', 'client_id', 'client_secret']);

/** Decides nothing that it is not sure of. */
function readOrder(
  catalog: Catalog,
  { authorization, body, now }: { authorization: string | undefined; body: string; now: Date },
): Order | undefined {
  const form = readForm(body, PARAMETERS);
  if (form?.get('grant_type') !== 'client_credentials') return undefined;
  const credentials = readCredentials(authorization, form);
  const entry = credentials && catalog.peek(credentials.clientId);
  const secret = entry && isPlain(entry) && liveSecret(entry, credentials.secret, now);
  if (!secret) return undefined;
  const decision = decide(entry, form);
  return decision && { ...decision, clientId: entry.client.id, secret, until: secret.expiresAt };
}

const isPlain = ({ client }: CatalogEntry) => client.type === 'machine' && !client.require_par;

/** Only what the policy grants in full. */
function decide(entry: CatalogEntry, form: ReadonlyMap<string, string>): Pick<Order, 'api' | 'scope'> | undefined {
  const identifier = form.get('resource') ?? entry.defaultApi;
  const appApi = identifier === undefined ? undefined : entry.apis.get(identifier);
  if (!appApi) return undefined;
  const requested = form.get('scope')?.split(' ');
  const { granted, refused } = decideScopes({ ...appApi, requested, roles: 'app' });
  if (refused.length > 0 || granted.length === 0) return undefined;
  return { api: appApi.api, scope: granted.join(' ') };
}
