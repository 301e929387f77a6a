import type { KoaContextWithOIDC } from 'oidc-provider';
import type { PersonalUse } from '../tokens/personal-use.ts';

/**
 * On whose behalf a request is: a person, the app itself, or nobody yet, before the one at the browser has signed in.
 * At the token endpoint there is a person for every grant but client credentials; one that is missing has no roles.
 */
export function personOf(ctx: KoaContextWithOIDC): { accountId: string } | 'app' | 'nobody yet' {
  const { params, entities, session, route } = ctx.oidc;
  if (route === 'token') {
    return params?.grant_type === 'client_credentials' ? 'app' : { accountId: entities.Account?.accountId ?? '' };
  }
  return session?.accountId ? { accountId: session.accountId } : 'nobody yet';
}

const uses = new WeakMap<object, readonly PersonalUse[]>();

/** Kept with the request, so that roles are read once in it. */
export function rememberUse(ctx: KoaContextWithOIDC, use: PersonalUse): void {
  uses.set(ctx, [...usesOf(ctx).filter(({ identifier }) => identifier !== use.identifier), use]);
}

export const usesOf = (ctx: KoaContextWithOIDC): readonly PersonalUse[] => uses.get(ctx) ?? [];
