import type { Context } from 'koa';
import type { Access, By, HouseRules } from '../access.ts';
import { adminApiIdentifier } from '../apis/admin-api.ts';
import type { ClientCache } from '../clients/client-cache.ts';
import type { Database } from '../db/connections/connection.ts';
import { AppError } from '../errors.ts';
import type { Loopback } from '../http/network/loopback.ts';
import type { OwnTokens } from '../keys/signatures/own-tokens.ts';
import type { RevocationChecks } from '../revocation/checks.ts';
import { claimFirstUse } from '../revocation/first-use.ts';
import { findAccess } from '../teams/members.ts';
import { actionsOfScopes } from '../teams/token-scopes.ts';
import { type AccessTokenClaims, createVerifier, VerificationError } from '../verifier/index.ts';

export interface AuthenticationParts {
  readonly rules: HouseRules;
  readonly db: Database['db'];
  readonly clientCache: ClientCache;
  readonly ownTokens: OwnTokens;
  readonly checks: RevocationChecks;
  readonly issuer: string;
  /** Names under which the server is known too. */
  readonly furtherOrigins: readonly string[];
  readonly loopback: Loopback;
  readonly clock: () => Date;
}

/** What is wrong with the credentials of a request, with the challenge to answer with (RFC 6750 §3). */
export class Unauthenticated extends AppError {
  readonly challenge: string | undefined;

  constructor(cause: VerificationError) {
    super(CODES[cause.code], { detail: sentence(cause.message), cause });
    this.challenge = cause.wwwAuthenticate;
  }
}

const CODES = {
  invalid_token: 'invalid_token',
  insufficient_scope: 'insufficient_scope',
  // The admin API asks for no level yet.
  insufficient_user_authentication: 'invalid_token',
  invalid_request: 'invalid_request',
  unavailable: 'unavailable',
} as const;

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

/**
 * The admin API is a resource server of this very server, and verifies tokens with the same package as all others. Beyond
 * that it asks the database: a token that was revoked, or whose app was stopped, ends with the next request.
 */
export function createAuthentication(parts: AuthenticationParts) {
  const { db, clientCache, ownTokens, checks, issuer, furtherOrigins, loopback, clock } = parts;
  /** In the database: a proof is good once, whichever process it comes to. */
  const rememberProof = (key: string, expiresAt: number) =>
    claimFirstUse(db, { id: key, clientId: null, expiresAt: new Date(expiresAt * 1000), now: clock() });
  const verifier = createVerifier({
    issuer,
    audience: adminApiIdentifier(issuer),
    revocations: 'off',
    realm: 'latchkey',
    clock,
    fetch: (url, init) => loopback.fetch(url, init as Parameters<Loopback['fetch']>[1]),
    dpop: { origin: [issuer, ...furtherOrigins], replayStore: { remember: rememberProof } },
  });
  const verify = async (ctx: Context, scope: string) => {
    try {
      const request = { method: ctx.method, url: `${issuer}${ctx.url}`, headers: ctx.req.headers, raw: ctx.req };
      return await verifier.verifyRequest(request, { scopes: [scope] });
    } catch (error) {
      if (error instanceof VerificationError) throw new Unauthenticated(error);
      throw error;
    }
  };
  return {
    close: () => verifier.close(),
    /** Who calls, and what they may do. @throws {Unauthenticated} */
    async authenticate(ctx: Context, scope: string): Promise<By> {
      const claims = await verify(ctx, scope);
      const access = await accessOf(claims, ctx);
      if (!access) throw new AppError('invalid_token', { detail: 'The token is not good any more.' });
      const tokenAllows = actionsOfScopes(String(claims.scope ?? '').split(' '));
      return { actor: actorOf(ctx, claims), now: clock(), access: { ...access, tokenAllows }, rules: parts.rules };
    },
  };

  /** undefined when the token was revoked, or its app or person was stopped. */
  async function accessOf(claims: AccessTokenClaims, ctx: Context): Promise<Access | undefined> {
    const own = ownTokens.read(ctx.get('Authorization').split(' ')[1] ?? '');
    const entry = await clientCache.find(db, claims.client_id);
    if (!own || !entry || (await checks.isRevoked(own.facts))) return undefined;
    return claims.sub === claims.client_id ? machineAccess(entry.client.team_id) : findAccess(db, claims.sub);
  }
}

/**
 * A machine acts for its team as a developer would, because every developer of the team can give it a secret; one that belongs
 * to no team is the operator's, and acts as an admin.
 */
function machineAccess(teamId: string | null): Access {
  if (teamId === null) return { platformRole: 'admin', teams: new Map() };
  return { platformRole: null, teams: new Map([[teamId, 'developer']]) };
}

function actorOf(ctx: Context, claims: AccessTokenClaims): By['actor'] {
  const isMachine = claims.sub === claims.client_id;
  return { type: isMachine ? 'client' : 'account', id: claims.sub, ip: ctx.ip, requestId: ctx.state.requestId };
}
