import { createHash } from 'node:crypto';
import Router from '@koa/router';
import type { Context, Middleware } from 'koa';
import { AppError } from '../errors.ts';
import { answerCached } from '../http/serving/assets.ts';
import { type AuthenticationParts, createAuthentication } from './authenticate.ts';
import { readJson } from './body.ts';
import { addReference, type ReferenceParts } from './docs/routes.ts';
import { DOCS } from './docs/words.ts';
import { openApiDocument } from './openapi/document.ts';
import type { Method, Operation } from './operation.ts';
import { operations } from './operations.ts';
import { answerProblems } from './problem.ts';
import { type RunParts, run } from './run.ts';

export interface AdminParts extends AuthenticationParts, ReferenceParts, RunParts {}

export const PREFIX = '/api/v1';

/** The documentation of the API are pages, in whatever letters the router finds it. */
export const isApiReference = (path: string) => `${path.toLowerCase()}/`.startsWith(`${DOCS}/`);

/** What programs call. */
export const isOfAdminApi = (path: string) => `${path}/`.startsWith(`${PREFIX}/`) && !isApiReference(path);

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
  router.get(
    '/openapi.json',
    answerDocument(() => JSON.stringify(document())),
  );
  addReference(router, parts, document, operations);
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
  return { problems: answerProblems(parts.issuer, isOfAdminApi), router, close };
}

/** What is the same for everyone until the next release: made when it is first asked for. */
function answerDocument(make: () => string): Middleware {
  let made: Made | undefined;
  return (ctx) => {
    made ??= withEtag(make());
    ctx.set('Cache-Control', 'public, max-age=300');
    ctx.type = 'application/json';
    answerCached(ctx, made.body, made.etag);
  };
}

interface Made {
  readonly body: Buffer;
  readonly etag: string;
}

const withEtag = (text: string): Made => ({
  body: Buffer.from(text),
  etag: `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`,
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
