import type { AccessToken, ClientCredentials, JWTStructured, KoaContextWithOIDC } from 'oidc-provider';
import { errors } from 'oidc-provider';
import { LONGEST_TOKEN } from '../../verifier/token/authentic-token.ts';

/** What is not claims: the header, the longest signature that we make or a signer may (RSA, 4,096 bits), and the dots. */
const REST = 1024;

/** Bytes of JSON. With more, the token is one that `latchkey/verifier` does not take. */
export const MOST_CLAIMS = Math.floor(((LONGEST_TOKEN - REST) * 3) / 4);

/** Bytes. Below it nothing needs to be measured: the other claims have their bounds and fit beside it. */
const CERTAINLY_SMALL = 6000;

/** Whether scope and roles, the two claims that grow, are far from the bound; for the ways around oidc-provider. */
export function isSmall(scope: string, roles: readonly string[] = []): boolean {
  return Buffer.byteLength(scope) + bytesOf(roles) <= CERTAINLY_SMALL;
}

const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value) ?? '');

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
