import type { Configuration, KoaContextWithOIDC, RefreshToken, Session } from 'oidc-provider';
import { lifetimes, refreshLifetime } from '../../tokens/issue/lifetimes.ts';

/** How long oidc-provider lets what it issues live, by kind, in seconds. */
export function createTtl(clock: () => Date): NonNullable<Configuration['ttl']> {
  const now = () => Math.floor(clock().getTime() / 1000);
  const remaining = (idle: number, absoluteEnd: number) => Math.max(1, Math.min(idle, absoluteEnd - now()));
  return {
    AccessToken: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? lifetimes.accessToken,
    ClientCredentials: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? lifetimes.accessToken,
    AuthorizationCode: lifetimes.authorizationCode,
    DeviceCode: lifetimes.deviceCode,
    IdToken: lifetimes.idToken,
    Interaction: lifetimes.interaction,
    Grant: lifetimes.grant,
    RefreshToken: (_ctx: KoaContextWithOIDC, token: RefreshToken) => refreshLifetime(token.iiat ?? now(), now()),
    Session: (_ctx: KoaContextWithOIDC, session: Session) =>
      session.accountId
        ? remaining(lifetimes.sessionIdle, (session.loginTs ?? now()) + lifetimes.sessionAbsolute)
        : lifetimes.sessionSignedOut,
  };
}
