import { createHash } from 'node:crypto';
import Router from '@koa/router';
import type { Context, Middleware } from 'koa';
import { AppError } from '../errors.ts';
import { answerCached } from '../http/serving/assets.ts';
import type { ToHtml } from '../views/render.ts';
import { type AuthenticationParts, createAuthentication } from './authenticate.ts';
import { readJson } from './body.ts';
import { docsPage } from './docs/page.ts';
import { openApiDocument } from './openapi/document.ts';
import type { Method, Operation } from './operation.ts';
import { operations } from './operations.ts';
import { answerProblems } from './problem.ts';
import { type RunParts, run } from './run.ts';

export interface AdminParts extends AuthenticationParts, RunParts {
  readonly toHtml: ToHtml;
  /** The look of pages: another one after each change. */
  readonly brand: () => unknown;
}

export const PREFIX = '/api/v1';

/** The documentation of the API is a page, in whatever letters the router finds it. */
export const isApiReference = (path: string) => path.toLowerCase().replace(/\/+$/, '') === `${PREFIX}/docs`;

/** What programs call. */
export const isOfAdminApi = (path: string) => path.startsWith(`${PREFIX}/`) && !isApiReference(path);

/** What the JSON admin API is made of: what turns errors into problems, and its addresses. */
export interface AdminApi {
  /** Goes before whatever may refuse a request, so that all refusals look the same. */
  readonly problems: Middleware;
  readonly router: Router;
  close(): void;
}

/** The JSON admin API: the operations of operations.ts, each behind its scope, with one form for every answer. */
export function adminRoutes(parts: AdminParts): AdminApi {
  const router = new Router({ prefix: PREFIX });
  const { authenticate, close } = createAuthentication(parts);
  const document = () => openApiDocument(operations, parts.issuer);
  const page = () => parts.toHtml('admin/docs', docsPage(document(), operations));
  router.get(
    '/openapi.json',
    answerWith('application/json', () => JSON.stringify(document())),
  );
  router.get('/docs', answerWith('html', page, parts.brand));
  for (const operation of operations) {
    router.register(
      pathOf(operation),
      [operation.method],
      [
        async (ctx: Context, next) => {
          ctx.state.by = await authenticate(ctx, operation.scope);
          await next();
        },
        readJson,
        (ctx: Context) => run(parts, ctx, operation, PREFIX),
      ],
    );
  }
  for (const [path, methods] of methodsByPath()) router.all(path, refuseMethod(methods));
  return { problems: answerProblems(parts.issuer, PREFIX), router, close };
}

/**
 * What is the same for everyone until the next release: made when it is first asked for.
 * @param lookOf what a page depends on beside that
 */
function answerWith(type: string, make: () => string, lookOf?: () => unknown): Middleware {
  let made: { body: Buffer; etag: string; look: unknown } | undefined;
  return (ctx) => {
    const look = lookOf?.();
    if (made?.look !== look) made = undefined;
    made ??= { ...withEtag(Buffer.from(make())), look };
    ctx.set('Cache-Control', 'public, max-age=300');
    ctx.type = type;
    answerCached(ctx, made.body, made.etag);
  };
}

const withEtag = (body: Buffer) => ({
  body,
  etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
});

const pathOf = ({ path }: Operation) => path.replaceAll(/\{(\w+)\}/g, ':$1');

function methodsByPath(): [string, Method[]][] {
  return [...Map.groupBy(operations, pathOf)].map(([path, those]) => [path, those.map(({ method }) => method)]);
}

function refuseMethod(methods: readonly Method[]): Middleware {
  return (ctx) => {
    ctx.set('Allow', methods.join(', '));
    throw new AppError('method_not_allowed');
  };
}
