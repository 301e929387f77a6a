import type { Context } from 'koa';
import { adminApiIdentifier } from '../apis/admin-api.ts';
import type { Catalog } from '../clients/catalog.ts';
import type { Database } from '../db/connection.ts';
import { AppError } from '../errors.ts';
import type { Loopback } from '../http/loopback.ts';
import { isRevoked } from '../revocation/revoke.ts';
import type { Access, By } from '../teams/access.ts';
import { findAccess } from '../teams/members.ts';
import { actionsOfScopes } from '../teams/token-scopes.ts';
import { type AccessTokenClaims, createVerifier, VerificationError } from '../verifier/index.ts';

export interface AuthenticationParts {
  readonly db: Database['db'];
  readonly catalog: Catalog;
  readonly issuer: string;
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
  invalid_request: 'invalid_request',
  unavailable: 'unavailable',
} as const;

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

/**
 * The admin API is a resource server of this very server, and verifies tokens with the same package as all others. Beyond
 * that it asks the database: a token that was revoked, or whose app was stopped, ends with the next request.
 */
export function createAuthentication(parts: AuthenticationParts) {
  const { db, catalog, issuer, loopback, clock } = parts;
  const verifier = createVerifier({
    issuer,
    audience: adminApiIdentifier(issuer),
    revocations: 'off',
    realm: 'latchkey',
    clock,
    fetch: (url, init) => loopback.fetch(url, init as Parameters<Loopback['fetch']>[1]),
    dpop: { origin: issuer },
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
      const access = await accessOf(parts, claims, ctx);
      if (!access) throw new AppError('invalid_token', { detail: 'The token is not good any more.' });
      const tokenAllows = actionsOfScopes(String(claims.scope ?? '').split(' '));
      return { actor: actorOf(ctx, claims), now: clock(), access: { ...access, tokenAllows } };
    },
  };

  async function accessOf(_parts: AuthenticationParts, claims: AccessTokenClaims, ctx: Context) {
    const facts = factsOf(claims, ctx, issuer);
    const [revoked, entry] = await Promise.all([isRevoked(db, facts), catalog.find(db, claims.client_id)]);
    if (revoked || !entry) return undefined;
    if (claims.sub !== claims.client_id) return findAccess(db, claims.sub);
    return machineAccess(entry.client.team_id);
  }
}

/** A machine acts for its team, as an owner would; one that belongs to no team is the operator's, and acts as an admin. */
function machineAccess(teamId: string | null): Access {
  if (teamId === null) return { platformRole: 'admin', teams: new Map() };
  return { platformRole: null, teams: new Map([[teamId, 'owner']]) };
}

function factsOf(claims: AccessTokenClaims, ctx: Context, issuer: string) {
  return {
    jti: claims.jti,
    iat: claims.iat,
    kid: kidOf(ctx),
    clientId: claims.client_id,
    subject: claims.sub,
    audience: adminApiIdentifier(issuer),
    grantId: typeof claims.grant_id === 'string' ? claims.grant_id : undefined,
  };
}

/** Of a token that has been verified. */
function kidOf(ctx: Context): string {
  const [header = ''] = (ctx.get('Authorization').split(' ')[1] ?? '').split('.');
  return String((JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid?: unknown }).kid);
}

function actorOf(ctx: Context, claims: AccessTokenClaims): By['actor'] {
  const isMachine = claims.sub === claims.client_id;
  return { type: isMachine ? 'client' : 'account', id: claims.sub, ip: ctx.ip, requestId: ctx.state.requestId };
}
