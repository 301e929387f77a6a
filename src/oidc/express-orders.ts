import { hash } from 'node:crypto';
import { parse } from 'node:querystring';
import { decideScopes } from '../apis/policy.ts';
import type { AppApi } from '../apis/subscriptions.ts';
import type { Catalog, CatalogEntry } from '../clients/catalog.ts';
import { matchesAnySecret } from '../clients/secrets.ts';
import { isWellEncoded } from '../http/input-guard.ts';

/** What the express lane is to issue. */
export interface Order {
  readonly clientId: string;
  readonly api: AppApi['api'];
  readonly scope: string;
  /** When it must be decided anew, because a secret of the app ends. */
  readonly until: Date | undefined;
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
  const form = singleValues(body);
  if (form?.get('grant_type') !== 'client_credentials') return undefined;
  const credentials = readCredentials(authorization, form);
  const entry = credentials && catalog.peek(credentials.clientId);
  if (!entry || !isPlain(entry)) return undefined;
  const live = entry.secrets.filter(({ expiresAt }) => !expiresAt || expiresAt > now);
  if (
    !matchesAnySecret(
      credentials.secret,
      live.map(({ hash }) => hash),
    )
  )
    return undefined;
  const ends = live.flatMap(({ expiresAt }) => expiresAt ?? []).sort((a, b) => a.getTime() - b.getTime());
  return decide(entry, form, ends[0]);
}

/** Known parameters, each with one value that is not empty. */
function singleValues(body: string): Map<string, string> | undefined {
  if (!isWellEncoded(body)) return undefined;
  const values = new Map<string, string>();
  for (const [name, value] of Object.entries(parse(body))) {
    if (!PARAMETERS.has(name) || typeof value !== 'string' || value === '') return undefined;
    values.set(name, value);
  }
  return values;
}

interface Credentials {
  readonly clientId: string;
  readonly secret: string;
}

/** By Basic or in the body, never both (RFC 6749 §2.3.1); only in the letters that we make ids and secrets of. */
function readCredentials(
  authorization: string | undefined,
  form: ReadonlyMap<string, string>,
): Credentials | undefined {
  const clientId = form.get('client_id');
  const secret = form.get('client_secret');
  if (authorization === undefined) return clientId && secret ? { clientId, secret } : undefined;
  const encoded = /^Basic ([A-Za-z0-9+/]+={0,2})$/i.exec(authorization)?.[1];
  if (!encoded || encoded.length % 4 !== 0 || secret !== undefined) return undefined;
  const pair = /^([\w-]+):([\w-]+)$/.exec(Buffer.from(encoded, 'base64').toString('latin1'));
  if (!pair?.[1] || !pair[2] || (clientId !== undefined && clientId !== pair[1])) return undefined;
  return { clientId: pair[1], secret: pair[2] };
}

const isPlain = ({ client }: CatalogEntry) =>
  client.type === 'machine' && client.auth_method.startsWith('client_secret') && !client.require_par;

/** Only what the policy grants in full. */
function decide(entry: CatalogEntry, form: ReadonlyMap<string, string>, until: Date | undefined): Order | undefined {
  const identifier = form.get('resource') ?? entry.defaultApi;
  const appApi = identifier === undefined ? undefined : entry.apis.get(identifier);
  if (!appApi) return undefined;
  const requested = form.get('scope')?.split(' ');
  const { granted, refused } = decideScopes({ ...appApi, requested });
  if (refused.length > 0 || granted.length === 0) return undefined;
  return { clientId: entry.client.id, api: appApi.api, scope: granted.join(' '), until };
}
