import type { Context, Middleware } from 'koa';
import { z } from 'zod';
import { AppError, errorCodes } from '../errors.ts';
import { toAppError } from '../http/errors.ts';
import { toSnake } from '../json-names.ts';
import { Unauthenticated } from './authenticate.ts';
import { DOCS } from './docs/words.ts';

/** Problem details (RFC 9457): how the admin API says that something did not work. */
export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(Object.keys(errorCodes) as [string, ...string[]]),
    hint: z.string(),
    request_id: z.string(),
    errors: z.array(z.object({ field: z.string(), message: z.string() }).meta({ id: 'FieldProblem' })).optional(),
  })
  .meta({ id: 'Problem' });

type FieldProblem = NonNullable<z.infer<typeof Problem>['errors']>[number];

/** Turns every error of the admin API into a problem, and every unknown address of it as well. The table of errors explains it. */
export function answerProblems(issuer: string, isOfAdminApi: (path: string) => boolean): Middleware {
  return async (ctx, next) => {
    if (!isOfAdminApi(ctx.path)) return next();
    try {
      await next();
      if (ctx.status === 404 && ctx.body == null) throw new AppError('not_found');
    } catch (thrown) {
      const error = toAppError(thrown);
      if (error.status >= 500) ctx.state.log.error({ err: thrown }, 'request failed');
      if (thrown instanceof Unauthenticated && thrown.challenge) ctx.set('WWW-Authenticate', thrown.challenge);
      answerProblem(ctx, issuer, error, thrown instanceof z.ZodError ? fieldProblems(thrown) : []);
    }
  };
}

/** Members under the names that JSON has, also where an action found the mistake. */
function fieldProblems(error: z.ZodError): FieldProblem[] {
  return error.issues.map(({ path, message }) => ({ field: path.map(String).map(toSnake).join('.'), message }));
}

function answerProblem(ctx: Context, issuer: string, error: AppError, errors: FieldProblem[]): void {
  ctx.status = error.status;
  ctx.set('Cache-Control', 'no-store');
  if (error.retryAfter !== undefined) ctx.set('Retry-After', String(error.retryAfter));
  if (error.code === 'payload_too_large') ctx.set('Connection', 'close');
  ctx.body = JSON.stringify({
    type: `${issuer}${DOCS}#${error.code}`,
    title: errorCodes[error.code].message,
    status: error.status,
    detail: error.message,
    code: error.code,
    hint: error.hint,
    request_id: ctx.state.requestId,
    ...(errors.length > 0 ? { errors } : {}),
  } satisfies z.input<typeof Problem>);
  ctx.type = 'application/problem+json';
}
