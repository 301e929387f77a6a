import type { KoaContextWithOIDC } from 'oidc-provider';

/** Runs around every grant's handler, after the client has proved who it is. */
export type GrantWrapper = (grantType: string, ctx: KoaContextWithOIDC, handler: () => Promise<void>) => Promise<void>;

/** Runs inside of the provider, around what it registered before. */
export type ProviderMiddleware = (ctx: KoaContextWithOIDC, next: () => Promise<void>) => Promise<void>;
