import { createHash } from 'node:crypto';
import type { Context, Middleware, Next } from 'koa';
import compose from 'koa-compose';
import type { Provider } from 'oidc-provider';
import { AppError } from '../errors.ts';
import { answerCached } from '../http/serving/assets.ts';
import type { AtOnce, WholeAnswer } from '../http/serving/at-once.ts';
import { INTROSPECTION_ENDPOINT, REVOCATION_ENDPOINT, TOKEN_ENDPOINT, USERINFO_ENDPOINT } from '../tokens/endpoints.ts';

/** Where libraries look for the keys that were told the issuer alone: the same document. */
const OTHER_ADDRESSES = new Map([['/.well-known/jwks.json', '/jwks']]);

/** Endpoints that exist, with the methods that they accept. */
const METHODS = new Map<string, string>([
  [TOKEN_ENDPOINT, 'POST'],
  [INTROSPECTION_ENDPOINT, 'POST'],
  [REVOCATION_ENDPOINT, 'POST'],
  ['/request', 'POST'],
  ['/device_authorization', 'POST'],
  ['/device', 'GET, POST'],
  ['/session/end/confirm', 'POST'],
  ['/auth', 'GET, POST'],
  ['/session/end', 'GET, POST'],
  [USERINFO_ENDPOINT, 'GET, POST'],
  ['/jwks', 'GET'],
  ['/.well-known/openid-configuration', 'GET'],
  ['/.well-known/oauth-authorization-server', 'GET'],
]);

/** What the provider serves: its endpoints, and the way back after a person has answered. */
const isOurs = (path: string) =>
  METHODS.has(path) ||
  OTHER_ADDRESSES.has(path) ||
  ['/auth/', '/device/', '/session/end/'].some((prefix) => path.startsWith(prefix));

/** Endpoints that only programs call: every answer is JSON, also a refusal ahead of the provider. */
const FOR_PROGRAMS = new Set<string>([
  TOKEN_ENDPOINT,
  INTROSPECTION_ENDPOINT,
  REVOCATION_ENDPOINT,
  '/request',
  '/device_authorization',
  USERINFO_ENDPOINT,
  '/jwks',
  ...OTHER_ADDRESSES.keys(),
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
]);

export const isForPrograms = (path: string) => FOR_PROGRAMS.has(path);

const CACHED = new Set(['/jwks', '/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']);

export interface ProviderHost {
  /** The provider of the moment. Ask for it once per request, never keep it. */
  current(): Provider;
  /** Puts another provider in its place; requests that are under way finish with the one they started with. */
  swap(provider: Provider): void;
  readonly middleware: Middleware;
  /** Answers what is asked for by that path alone and was answered before, ahead of all else. */
  documents(atOnce: AtOnce): Middleware;
}

/** A document as it was answered, until the provider that made it is exchanged. */
interface Document {
  readonly body: string;
  readonly etag: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly whole: WholeAnswer;
}

/** The provider's keys are fixed when it is built, so it stands behind a middleware where it can be exchanged. */
export function createProviderHost(initial: Provider, maxAge: number): ProviderHost {
  let provider = initial;
  let handle = composeOf(provider);
  let documents = new Map<string, Document>();
  const answer = async (ctx: Context, next: Next) => {
    // Without Origin and query the answer depends on nothing but the provider.
    const constant = CACHED.has(ctx.path) && ctx.method === 'GET' && ctx.search === '' && !ctx.headers.origin;
    const known = constant ? documents.get(ctx.path) : undefined;
    if (known) return answerDocument(ctx, known);
    const made = documents;
    await handle(ctx, next);
    refuseMethod(ctx);
    if (ctx.status !== 200 || ctx.method !== 'GET' || !CACHED.has(ctx.path)) return;
    const document = toDocument(ctx, maxAge);
    if (constant) made.set(ctx.path, document);
    answerDocument(ctx, document);
  };
  return {
    current: () => provider,
    swap(next) {
      provider = next;
      handle = composeOf(provider);
      documents = new Map();
    },
    async middleware(ctx: Context, next: Next) {
      if (!isOurs(ctx.path)) return next();
      const asked = ctx.path;
      const known = OTHER_ADDRESSES.get(asked);
      if (known === undefined) return answer(ctx, next);
      ctx.path = known;
      try {
        await answer(ctx, next);
      } finally {
        ctx.path = asked;
      }
    },
    documents: (atOnce) => (ctx, next) => {
      const { url = '', headers } = ctx.req;
      const known = documents.get(OTHER_ADDRESSES.get(url) ?? url);
      if (!known || !atOnce.isFor(ctx, 'GET', url) || headers.origin || headers['if-none-match']) return next();
      atOnce.answer(ctx, known.whole);
    },
  };
}

/** The provider is a Koa application whose middlewares run in our context; its types know only its own. */
function composeOf(provider: Provider): Middleware {
  const middlewares: readonly unknown[] = provider.middleware;
  return compose(middlewares as Middleware[]);
}

/** An address that exists, but not for this method. @throws {AppError} */
function refuseMethod(ctx: Context): void {
  const methods = METHODS.get(ctx.path);
  if (ctx.status !== 404 || ctx.body != null || !methods) return;
  ctx.set('Allow', methods);
  throw new AppError('method_not_allowed');
}

function toDocument(ctx: Context, maxAge: number): Document {
  const body = JSON.stringify(ctx.body);
  const kept = ['Content-Type', 'Vary', 'Access-Control-Allow-Origin'].map(
    (name) => [name, ctx.response.get(name)] as const,
  );
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  const headers = [
    ...kept.filter(([, value]) => value !== ''),
    ['Cache-Control', `public, max-age=${maxAge}`] as const,
  ];
  return { body, etag, headers, whole: { body, headers: ['ETag', etag, ...headers.flat()] } };
}

function answerDocument(ctx: Context, { body, etag, headers }: Document): void {
  answerCached(ctx, body, etag);
  for (const [name, value] of headers) ctx.set(name, value);
}
