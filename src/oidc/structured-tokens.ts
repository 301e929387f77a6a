import { createLocalJWKSet, decodeProtectedHeader, type JWTPayload, jwtVerify } from 'jose';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { mayIntrospect } from '../apis/introspectors.ts';
import { record } from '../audit/record.ts';
import type { Database } from '../db/connection.ts';
import { inTransaction } from '../db/transaction.ts';
import type { Keyring } from '../keys/keyring.ts';
import { isRevoked, revoke, type TokenFacts } from '../revocation/revoke.ts';
import { actorOf } from './exchange.ts';

const ENDPOINTS = new Set(['/token/introspection', '/token/revocation']);

export interface StructuredTokenParts {
  readonly db: Database['db'];
  readonly keyring: () => Keyring;
  readonly issuer: string;
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
    const body = ctx.body as { error?: string } | undefined;
    if (body?.error !== 'unsupported_token_type') return;
    const token = await verifyOwn(parts, String(ctx.oidc.params?.token));
    if (ctx.oidc.route === 'introspection') await introspect(parts, ctx, token);
    else if (ctx.oidc.route === 'revocation') await revokeOne(parts, ctx, token);
  };
}

interface OwnToken {
  readonly facts: TokenFacts;
  readonly claims: JWTPayload & { client_id?: string; scope?: string; cnf?: Record<string, string>; roles?: string[] };
}

/** An access token that we issued, with a key that is still good, and that has not expired; undefined for anything else. */
async function verifyOwn(
  { keyring, issuer, clock }: StructuredTokenParts,
  token: string,
): Promise<OwnToken | undefined> {
  try {
    const keys = createLocalJWKSet(keyring().publicJwks());
    const { payload } = await jwtVerify<OwnToken['claims']>(token, keys, {
      issuer,
      typ: 'at+jwt',
      currentDate: clock(),
      requiredClaims: ['jti', 'sub', 'aud', 'iat', 'exp', 'client_id'],
    });
    return { facts: factsOf(payload, decodeProtectedHeader(token).kid ?? ''), claims: payload };
  } catch {
    return undefined;
  }
}

function factsOf(claims: OwnToken['claims'], kid: string): TokenFacts {
  const { jti, iat, sub, aud, client_id: clientId, grant_id: grantId } = claims;
  return {
    jti: jti ?? '',
    iat: iat ?? 0,
    kid,
    clientId: clientId ?? '',
    subject: sub ?? '',
    audience: String(aud),
    grantId: typeof grantId === 'string' ? grantId : undefined,
  };
}

/** The token's owner and its API's resource servers see it; for anyone else it does not exist. */
async function introspect(
  { db }: StructuredTokenParts,
  ctx: KoaContextWithOIDC,
  token: OwnToken | undefined,
): Promise<void> {
  ctx.status = 200;
  ctx.body = { active: false };
  const caller = ctx.oidc.client?.clientId;
  if (!token || !caller) return;
  const { facts, claims } = token;
  if (caller !== facts.clientId && !(await mayIntrospect(db, caller, facts.audience))) return;
  if (await isRevoked(db, facts)) return;
  const { iss, sub, aud, exp, iat, jti, scope, cnf, roles } = claims;
  ctx.body = {
    active: true,
    iss,
    sub,
    aud,
    client_id: facts.clientId,
    exp,
    iat,
    jti,
    scope,
    cnf,
    roles,
    token_type: cnf?.jkt ? 'DPoP' : 'Bearer',
  };
}

/** RFC 7009 §2.1: only the app that a token was issued to revokes it; §2.2: one that is good for nothing is a success. */
async function revokeOne(
  { db, clock }: StructuredTokenParts,
  ctx: KoaContextWithOIDC,
  token: OwnToken | undefined,
): Promise<void> {
  const clientId = ctx.oidc.client?.clientId;
  if (token && token.facts.clientId !== clientId) {
    ctx.status = 400;
    ctx.body = { error: 'invalid_request', error_description: 'this token was not issued to this app' };
    return;
  }
  if (token && clientId) {
    const { jti } = token.facts;
    const now = clock();
    const lifetime = Math.max(0, (token.claims.exp ?? 0) - Math.floor(now.getTime() / 1000));
    await inTransaction(db, async (trx) => {
      await revoke(trx, { kind: 'token', value: jti, reason: 'revoked by its app' }, { now, lifetime });
      await record(trx, actorOf(ctx), { type: 'token.revoked', clientId, jti }, now);
    });
  }
  ctx.status = 200;
  ctx.body = '';
}
