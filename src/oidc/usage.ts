import type { Context } from 'koa';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { findAlike } from '../apis/identifiers.ts';
import type { CachedClient, ClientCache } from '../clients/client-cache.ts';
import type { Db } from '../db/connections/connection.ts';
import { PERSONAL_GRANTS } from '../tokens/grants/personal-grants.ts';
import { describeLeftOut } from '../usage/left-out.ts';
import { SUCCESS } from '../usage/outcomes.ts';
import type { NoteUsage } from '../usage/recorder.ts';
import { leftOutOfRequest } from './requests/left-out.ts';

/** Routes of the provider → events of usage. The token endpoint's are named after the grant. */
const EVENTS: Readonly<Record<string, string>> = {
  authorization: 'authorization',
  resume: 'authorization',
  pushed_authorization_request: 'pushed_request',
  device_authorization: 'device_authorization',
  introspection: 'introspection',
  revocation: 'revocation',
  userinfo: 'userinfo',
};

const GRANTS = new Map<string, string>([
  ...[...PERSONAL_GRANTS.values()].map(({ grantType, usage }) => [grantType, usage] as const),
  ['client_credentials', 'client_credentials'],
  ['urn:ietf:params:oauth:grant-type:token-exchange', 'token_exchange'],
]);

/** An answer that the provider told of by an event. Why it refused is not always in the answer. */
export interface Outcome {
  readonly error: string;
  readonly detail?: string | undefined;
  readonly scope?: string | undefined;
}

export interface UsageNotes {
  /** Keeps why the provider refused, or that it sent an authorization response, until the request ends. */
  keep(ctx: object, outcome: Outcome): void;
  /** Goes around everything else that the provider does, and notes how each request of an app has ended. */
  readonly middleware: (ctx: KoaContextWithOIDC, next: () => Promise<void>) => Promise<void>;
}

interface Parts {
  readonly db: () => Db;
  readonly note: NoteUsage;
  readonly clientCache: ClientCache;
  readonly clock: () => Date;
}

export function createUsageNotes(parts: Parts): UsageNotes {
  const kept = new WeakMap<object, Outcome>();
  return {
    keep: (ctx, outcome) => kept.set(ctx, outcome),
    async middleware(ctx, next) {
      try {
        await next();
      } finally {
        await noteRequest(parts, ctx, kept.get(ctx));
      }
    },
  };
}

async function noteRequest(parts: Parts, ctx: KoaContextWithOIDC, kept: Outcome | undefined): Promise<void> {
  // What fails before the app is known is nobody's.
  const clientId = ctx.oidc?.client?.clientId;
  const event = clientId ? eventOf(ctx) : undefined;
  // An authorization request that goes on to a page has not ended.
  if (!clientId || !event || (event === 'authorization' && !kept)) return;
  const { error, detail, scope } = outcomeOf(ctx, kept);
  const app = NO_API.has(error) ? undefined : await appOf(clientId, parts);
  parts.note({
    at: parts.clock(),
    clientId,
    api: app && apiOf(ctx, app),
    event,
    outcome: error,
    detail: error === SUCCESS && app ? describeLeftOut(leftOutOfRequest(ctx, app)) : detail,
    scope,
    requestId: ctx.state.requestId as string | undefined,
  });
}

function eventOf({ oidc }: KoaContextWithOIDC): string | undefined {
  if (oidc.route !== 'token') return EVENTS[oidc.route];
  return GRANTS.get(String(oidc.params?.grant_type)) ?? 'token';
}

/** The answer's own code comes first: it may have been corrected since the provider told of it. */
function outcomeOf(ctx: KoaContextWithOIDC, kept: Outcome | undefined): Outcome {
  const body = bodyOf(ctx);
  const error = body.error ?? kept?.error ?? SUCCESS;
  if (error === SUCCESS) return { error, scope: body.scope ?? textOf(ctx.oidc.params?.scope) };
  const detail = kept?.detail ?? body.error_description;
  return { error, detail, scope: kept?.scope ?? textOf(ctx.oidc.params?.scope) };
}

function bodyOf(ctx: Context): { error?: string; error_description?: string; scope?: string } {
  const body: unknown = ctx.body;
  return typeof body === 'object' && body !== null ? body : {};
}

/**
 * A caller that has not authenticated as the app says nothing about an API. After a failure of ours the database is not
 * asked again.
 */
const NO_API = new Set(['invalid_client', 'too_many_requests', 'server_error', 'temporarily_unavailable']);

const appOf = async (clientId: string, { clientCache, db }: Parts): Promise<CachedClient | undefined> =>
  clientCache.peek(clientId) ?? (await clientCache.find(db(), clientId).catch(() => undefined));

/** The API that a token was issued for, or else the one that was asked for: by name, or by leaving it out. */
function apiOf({ oidc }: KoaContextWithOIDC, app: CachedClient): string | undefined {
  const token = oidc.entities.AccessToken ?? oidc.entities.ClientCredentials;
  const named = token?.resourceServer?.identifier() ?? textOf(oidc.params?.resource);
  const isImplied = named === undefined && oidc.params?.grant_type === 'client_credentials';
  const identifier = isImplied ? app.defaultApi : named;
  return identifier === undefined ? undefined : findAlike(app.apis, identifier)?.api.id;
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined);
