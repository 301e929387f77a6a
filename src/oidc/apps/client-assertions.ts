/** How an app that holds a key proves who it is (RFC 7523 §2.2): for how long an assertion may live, and why one is refused. */
import type { EventEmitter } from 'node:events';
import { errors, type KoaContextWithOIDC, type Provider } from 'oidc-provider';

/** Seconds. Widely used libraries write assertions that live for an hour; its use is remembered as long. */
export const LONGEST_ASSERTION = 3600;

/** Seconds. The clock of a client that writes "in an hour" may be ahead of ours. */
const CLOCK_AHEAD = 30;

/** RFC 7523 §3: the server may refuse an assertion whose `exp` is unreasonably far ahead. */
export function assertShortLived(clock: () => Date) {
  return async (_ctx: KoaContextWithOIDC, { exp }: Record<string, unknown>): Promise<void> => {
    const lifetime = Number(exp) - clock().getTime() / 1000;
    if (lifetime > LONGEST_ASSERTION + CLOCK_AHEAD) throw new errors.InvalidClientAuth('lifetime');
  };
}

/**
 * What the provider found, and what the app is told. The provider keeps it to itself; whoever writes a client then has
 * nothing to go by. None of it helps with a forgery: signatures and keys come last, in one sentence each.
 */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/^lifetime$/, `exp is more than ${LONGEST_ASSERTION} seconds ahead`],
  [/^alg mismatch/, 'its alg is not accepted: use one of ES256, RS256, PS256, EdDSA'],
  [/^sub /, 'sub is missing: it must be the client_id'],
  [/^expiration must/, 'exp is missing'],
  [/^jwt expired/, 'it has expired: exp is in the past'],
  [/^jwt not active/, 'it is not valid yet: nbf is in the future'],
  [/^jwt issued in the future/, 'iat is in the future'],
  [/^unique jti/, 'jti is missing'],
  [/only be used once/, 'it was used before: each needs a jti of its own'],
  [/^iss .*must be provided/, 'iss is missing: it must be the client_id'],
  [/^iss .*must be the client_id/, 'iss must be the client_id'],
  [/^aud .*must be provided/, 'aud is missing: it must be the issuer of this server'],
  [/aud/, 'aud must be the issuer of this server'],
  [/^invalid \w+ value/, 'a claim has a value of the wrong type'],
  [/does not match the registered/, 'this app does not authenticate with a client assertion'],
  [/no applicable key/, 'no key of this app fits its kid and alg'],
  [/signature verification failed/, 'none of the keys of this app made its signature'],
];

const ROUTES = ['grant', 'introspection', 'revocation', 'pushed_authorization_request', 'device_authorization'];

/** Says in `error_description` why a client assertion was refused (RFC 6749 §5.2). */
export function explainRefusals(provider: Provider): void {
  const emitter: EventEmitter = provider;
  for (const route of ROUTES) emitter.on(`${route}.error`, explain);
}

function explain(ctx: KoaContextWithOIDC, error: Error & { readonly error_detail?: string }): void {
  const body = ctx.body as { error_description?: string } | undefined;
  if (!(error instanceof errors.InvalidClientAuth) || !isAssertion(ctx) || typeof body !== 'object') return;
  const reason = REASONS.find(([pattern]) => pattern.test(error.error_detail ?? ''))?.[1];
  if (reason) body.error_description = `client_assertion: ${reason}`;
}

const isAssertion = (ctx: KoaContextWithOIDC) => typeof ctx.oidc?.params?.client_assertion === 'string';
