import type { KoaContextWithOIDC } from 'oidc-provider';
import type { ClientCache } from '../../clients/client-cache.ts';
import type { Database } from '../../db/connections/connection.ts';
import type { OwnToken, OwnTokens } from '../../keys/signatures/own-tokens.ts';
import type { RevocationCap } from '../../revocation/cap.ts';
import type { RevocationChecks } from '../../revocation/checks.ts';
import { INTROSPECTION_ENDPOINT, REVOCATION_ENDPOINT } from '../../tokens/endpoints.ts';
import { introspect } from '../../tokens/introspection/introspect.ts';
import { revokeToken } from '../../tokens/revocation/revoke-token.ts';
import { actorOf } from './exchange.ts';

const ENDPOINTS = new Set([INTROSPECTION_ENDPOINT, REVOCATION_ENDPOINT]);

export interface StructuredTokenParts {
  readonly db: Database['db'];
  readonly clientCache: ClientCache;
  readonly ownTokens: OwnTokens;
  readonly checks: RevocationChecks;
  readonly cap: RevocationCap;
  readonly clock: () => Date;
}

/**
 * Introspection (RFC 7662) and revocation (RFC 7009) of JWT access tokens, which oidc-provider refuses. It does so after
 * the client has proved who it is and after the parameters were checked, so this takes over where it stops.
 */
export function serveStructuredTokens(parts: StructuredTokenParts) {
  return async (ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> => {
    // These endpoints have nothing but JSON, whatever the caller would rather have.
    if (ENDPOINTS.has(ctx.path)) ctx.req.headers.accept = 'application/json';
    await next();
    const body = ctx.body as { error?: string } | string | undefined;
    if (ctx.path === REVOCATION_ENDPOINT && body === '') answerRevoked(ctx);
    if (typeof body !== 'object' || body?.error !== 'unsupported_token_type') return;
    const token = parts.ownTokens.read(String(ctx.oidc.params?.token));
    if (ctx.oidc.route === 'introspection') await answerIntrospection(parts, ctx, token);
    else if (ctx.oidc.route === 'revocation') await revokeOne(parts, ctx, token);
  };
}

/** RFC 7009 §2.2: the status says it all. The body is there for clients that read every answer as JSON. */
function answerRevoked(ctx: KoaContextWithOIDC): void {
  ctx.status = 200;
  ctx.type = 'json';
  ctx.body = {};
}

async function answerIntrospection(
  { db, clientCache, checks }: StructuredTokenParts,
  ctx: KoaContextWithOIDC,
  token: OwnToken | undefined,
): Promise<void> {
  const caller = await clientCache.find(db, ctx.oidc.client?.clientId ?? '');
  ctx.status = 200;
  ctx.body = await introspect(checks, caller, token);
}

/** RFC 7009 §2.1: only the app that a token was issued to revokes it; §2.2: one that is good for nothing is a success. */
async function revokeOne(
  { db, cap, clock }: StructuredTokenParts,
  ctx: KoaContextWithOIDC,
  token: OwnToken | undefined,
): Promise<void> {
  const clientId = ctx.oidc.client?.clientId;
  if (token && token.facts.clientId !== clientId) {
    ctx.status = 400;
    ctx.body = { error: 'invalid_request', error_description: 'this token was not issued to this app' };
    return;
  }
  if (token) {
    await revokeToken(db, token, { actor: actorOf(ctx), now: clock() });
    await cap.note(token.facts.clientId);
  }
  answerRevoked(ctx);
}
