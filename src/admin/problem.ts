import type { Context } from 'koa';
import { z } from 'zod';
import { type AppError, errorCodes } from '../errors.ts';

/** Problem details (RFC 9457): how the admin API says that something did not work. */
export const Problem = z.object({
  type: z.string().meta({ description: 'A URL that names the kind of problem, from the one table of errors.' }),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.enum(Object.keys(errorCodes) as [string, ...string[]]),
  hint: z.string(),
  request_id: z.string(),
  errors: z
    .array(z.object({ field: z.string(), message: z.string() }))
    .optional()
    .meta({ description: 'What is wrong with which member of the request.' }),
});

export type FieldError = NonNullable<z.infer<typeof Problem>['errors']>[number];

export function answerProblem(ctx: Context, issuer: string, error: AppError, errors?: FieldError[]): void {
  ctx.status = error.status;
  ctx.set('Cache-Control', 'no-store');
  if (error.retryAfter !== undefined) ctx.set('Retry-After', String(error.retryAfter));
  ctx.body = JSON.stringify({
    type: `${issuer}/api/v1/docs#${error.code}`,
    title: errorCodes[error.code].message,
    status: error.status,
    detail: error.message,
    code: error.code,
    hint: error.hint,
    request_id: ctx.state.requestId,
    ...(errors && errors.length > 0 ? { errors } : {}),
  } satisfies z.input<typeof Problem>);
  ctx.type = 'application/problem+json';
}
