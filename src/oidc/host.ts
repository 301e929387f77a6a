import { createHash } from 'node:crypto';
import type { Context, Middleware, Next } from 'koa';
import compose from 'koa-compose';
import type { Provider } from 'oidc-provider';
import { AppError } from '../errors.ts';
import { answerCached } from '../http/assets.ts';

/** Endpoints that exist, with the methods that they accept. */
const METHODS = new Map([
  ['/token', 'POST'],
  ['/token/introspection', 'POST'],
  ['/token/revocation', 'POST'],
  ['/request', 'POST'],
  ['/session/end/confirm', 'POST'],
  ['/auth', 'GET, POST'],
  ['/session/end', 'GET, POST'],
  ['/me', 'GET, POST'],
  ['/jwks', 'GET'],
  ['/.well-known/openid-configuration', 'GET'],
  ['/.well-known/oauth-authorization-server', 'GET'],
]);

/** Ours are the endpoints, and what comes after a person has answered. */
const isOurs = (path: string) => METHODS.has(path) || path.startsWith('/auth/') || path.startsWith('/session/end/');

const CACHED = new Set(['/jwks', '/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']);

export interface ProviderHost {
  /** The provider of the moment. Ask for it once per request, never keep it. */
  current(): Provider;
  /** Puts another provider in its place; requests that are under way finish with the one they started with. */
  swap(provider: Provider): void;
  readonly middleware: Middleware;
}

/** The provider's keys are fixed when it is built, so it stands behind a middleware where it can be exchanged. */
export function createProviderHost(initial: Provider, maxAge: number): ProviderHost {
  let provider = initial;
  let handle = compose(provider.middleware as unknown as Middleware[]);
  return {
    current: () => provider,
    swap(next) {
      provider = next;
      handle = compose(provider.middleware as unknown as Middleware[]);
    },
    async middleware(ctx: Context, next: Next) {
      if (!isOurs(ctx.path)) return next();
      await handle(ctx, next);
      const methods = METHODS.get(ctx.path);
      if (ctx.status === 404 && ctx.body == null && methods) {
        ctx.set('Allow', methods);
        throw new AppError('method_not_allowed');
      }
      if (CACHED.has(ctx.path) && ctx.status === 200 && ctx.method === 'GET') cacheFor(ctx, maxAge);
    },
  };
}

function cacheFor(ctx: Context, maxAge: number): void {
  const body = JSON.stringify(ctx.body);
  const type = ctx.type;
  ctx.set('Cache-Control', `public, max-age=${maxAge}`);
  answerCached(ctx, body, `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`);
  ctx.type = type;
}
