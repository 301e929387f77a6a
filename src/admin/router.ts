import { bodyParser } from '@koa/bodyparser';
import Router from '@koa/router';
import type { Context, Middleware } from 'koa';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { MasterKey } from '../config.ts';
import type { Tables } from '../db/tables.ts';
import { AppError } from '../errors.ts';
import { toAppError } from '../http/errors.ts';
import { once } from '../idempotency/once.ts';
import type { By } from '../teams/access.ts';
import { type AuthenticationParts, createAuthentication, Unauthenticated } from './authenticate.ts';
import { openApiDocument } from './openapi.ts';
import type { Answer, Operation } from './operation.ts';
import { operations } from './operations.ts';
import { answerProblem, type FieldError } from './problem.ts';
import { readIfMatch } from './versions.ts';

export interface AdminParts extends AuthenticationParts {
  readonly masterKeys: readonly MasterKey[];
}

const PREFIX = '/api/v1';

/** The JSON admin API: the operations of operations.ts, each behind its scope, with one form for every answer. */
export function adminRoutes(parts: AdminParts) {
  const router = new Router({ prefix: PREFIX });
  const { authenticate, close } = createAuthentication(parts);
  const document = openApiDocument(operations, parts.issuer);
  router.use(answerProblems(parts.issuer));
  router.get('/openapi.json', (ctx) => {
    ctx.set('Cache-Control', 'public, max-age=300');
    ctx.body = document;
  });
  const json = bodyParser({ enableTypes: ['json'], jsonLimit: '256kb', encoding: 'utf-8' });
  for (const operation of operations) {
    const path = operation.path.replaceAll(/\{(\w+)\}/g, ':$1');
    router.register(
      path,
      [operation.method],
      [
        json,
        async (ctx: Context) => {
          const by = await authenticate(ctx, operation.scope);
          await run(parts, ctx, operation, by);
        },
      ],
    );
  }
  return { router, close };
}

async function run(parts: AdminParts, ctx: Context, operation: Operation, by: By): Promise<void> {
  const call = {
    by,
    params: operation.params?.parse(ctx.params) ?? {},
    query: operation.query?.parse({ ...ctx.query }) ?? {},
    body: operation.body?.parse(bodyOf(ctx)),
    version: operation.conditional ? readIfMatch(ctx.get('If-Match')) : undefined,
  };
  const handle = async (db: Kysely<Tables>) => (await operation.handle({ ...call, db })) ?? undefined;
  const answer = await repeatable(parts, ctx, operation, by, handle);
  ctx.status = operation.status;
  ctx.set('Cache-Control', 'no-store');
  if (!answer) return;
  if (answer.version !== undefined) ctx.set('ETag', `"${answer.version}"`);
  if (answer.location) ctx.set('Location', PREFIX + answer.location);
  // What leaves is checked as well: a member that the document does not name is not sent.
  if (operation.result) ctx.body = operation.result.parse(answer.body);
}

/** With an Idempotency-Key the work is done once; a repetition gets the first answer. */
async function repeatable(
  { db, masterKeys }: AdminParts,
  ctx: Context,
  operation: Operation,
  by: By,
  handle: (db: Kysely<Tables>) => Promise<Answer<unknown> | undefined>,
): Promise<Answer<unknown> | undefined> {
  const key = operation.idempotent ? ctx.get('Idempotency-Key') : '';
  if (key === '') return handle(db);
  if (!/^[\x21-\x7E]{8,200}$/.test(key)) {
    throw new AppError('invalid_request', { detail: 'An Idempotency-Key has 8 to 200 visible ASCII characters.' });
  }
  const request = JSON.stringify([ctx.method, ctx.path, ctx.request.body]);
  const caller = `${by.actor.type} ${by.actor.id}`;
  const { answer, repeated } = await once(db, masterKeys, { caller, key, request, now: by.now }, handle);
  if (repeated) ctx.set('Idempotency-Replayed', 'true');
  return answer;
}

function bodyOf(ctx: Context): unknown {
  if (!ctx.is('json')) throw new AppError('invalid_request', { detail: 'Send the body as application/json.' });
  return ctx.request.body;
}

/** Every error of the admin API as a problem, whoever threw it. */
function answerProblems(issuer: string): Middleware {
  return async (ctx, next) => {
    try {
      await next();
    } catch (thrown) {
      const error = toAppError(thrown);
      if (error.status >= 500) ctx.state.log.error({ err: thrown }, 'request failed');
      if (thrown instanceof Unauthenticated && thrown.challenge) ctx.set('WWW-Authenticate', thrown.challenge);
      answerProblem(ctx, issuer, error, thrown instanceof z.ZodError ? fieldErrors(thrown) : []);
    }
  };
}

function fieldErrors(error: z.ZodError): FieldError[] {
  return error.issues.map(({ path, message }) => ({ field: path.join('.'), message }));
}
