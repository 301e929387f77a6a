import type { AccessToken, ClientCredentials, JWTStructured, KoaContextWithOIDC } from 'oidc-provider';
import type { ProviderMiddleware } from '../middleware.ts';

const starts = new WeakMap<object, Date>();

/** Goes around all that reads what a token is made from: the app, its APIs, the person and their roles. */
export function noteStart(clock: () => Date): ProviderMiddleware {
  return (ctx, next) => {
    starts.set(ctx, clock());
    return next();
  };
}

/**
 * A token is as old as what it was made from, so that a revocation which comes while it is made refuses it
 * (revocation/revoke.ts). It expires when the answer says.
 */
export function issueAsOfStart(
  ctx: KoaContextWithOIDC,
  _token: AccessToken | ClientCredentials,
  { payload }: JWTStructured,
): void {
  const start = starts.get(ctx);
  if (start) payload.iat = Math.min(Number(payload.iat), Math.floor(start.getTime() / 1000));
}
