/**
 * Depends on internals of oidc-provider 9.13.3, which knows one address for each endpoint, that of the issuer. What
 * proves something to this server may name it by a further name as well, because a program knows only the address that
 * it calls.
 */
import { decodeJwt } from 'jose';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { placeOf } from '../http/network/place.ts';

/** The part of the provider's context of a request that is looked up again on each call. */
interface Addresses {
  readonly ctx: KoaContextWithOIDC;
  readonly route: string;
  urlFor(name: string, options?: object): string;
  clientJwtAuthExpectedAudience(): Set<string>;
}

export function takeFurtherNames(provider: Provider, origins: readonly string[]): void {
  if (origins.length === 0) return;
  const { OIDCContext } = provider as unknown as { OIDCContext: { prototype: Addresses } };
  const { prototype } = OIDCContext;
  const { urlFor, clientJwtAuthExpectedAudience } = prototype;
  const { path } = placeOf(provider.issuer);

  // The address of the very endpoint that was called is what `htu` is compared with (RFC 9449 §4.3), and nothing else.
  prototype.urlFor = function named(name, options) {
    const url = urlFor.call(this, name, options);
    if (name !== this.route) return url;
    const origin = originOfProof(this.ctx.get('DPoP'));
    return origin !== undefined && origins.includes(origin) ? origin + new URL(url).pathname : url;
  };
  // RFC 7523 §3: the audience names the server, or its token endpoint.
  prototype.clientJwtAuthExpectedAudience = function named() {
    const known = clientJwtAuthExpectedAudience.call(this);
    const endpoints = ['token', this.route].map((name) => urlFor.call(this, name));
    const paths = endpoints.map((url) => new URL(url).pathname);
    return new Set([...known, ...origins.flatMap((origin) => [path, ...paths].map((below) => origin + below))]);
  };
}

/** Where a proof says that it goes. Whether it is a good proof is looked at elsewhere. */
function originOfProof(proof: string): string | undefined {
  if (proof === '') return undefined;
  try {
    return URL.parse(String(decodeJwt(proof).htu))?.origin;
  } catch {
    return undefined;
  }
}
