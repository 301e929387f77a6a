import type { AccessToken, ClientCredentials, JWTStructured, KoaContextWithOIDC } from 'oidc-provider';
import { errors } from 'oidc-provider';
import { bytesOf, MOST_CLAIMS } from '../../tokens/issue/token-size.ts';

/**
 * A token that nobody could use is not issued. What the request used up stays unused.
 * @throws invalid_scope, which an app can do something about: it asks for fewer (RFC 6749 §5.2)
 */
export function assertFits(
  _ctx: KoaContextWithOIDC,
  _token: AccessToken | ClientCredentials,
  { payload }: JWTStructured,
): void {
  const bytes = bytesOf(payload);
  if (bytes <= MOST_CLAIMS) return;
  const { roles = [], scope = '' } = payload as { roles?: string[]; scope?: string };
  const cause =
    bytesOf(roles) > bytesOf(scope)
      ? `this person has ${roles.length} roles of the API, which are too many for one token`
      : 'these scopes are too many for one token: ask for fewer';
  throw new errors.CustomOIDCProviderError(
    'invalid_scope',
    `${cause} (its claims would have ${bytes} bytes, and ${MOST_CLAIMS} is the most)`,
  );
}
