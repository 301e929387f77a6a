import type { Context, Middleware } from 'koa';
import { ZodError } from 'zod';
import { isDatabaseFailure } from '../db/connections/failures.ts';
import { AppError, errorCodes, wordsOf } from '../errors.ts';
import { t } from '../texts/texts.ts';
import type { Render } from '../views/render.ts';
import type { RequestState } from './context.ts';

/**
 * Turns whatever was thrown into an answer: a page for a browser, JSON for a program, and nothing but JSON at the endpoints
 * that only programs call.
 */
export function answerErrors(render: Render, isForPrograms: (path: string) => boolean): Middleware<RequestState> {
  return async (ctx, next) => {
    try {
      await next();
      if (ctx.status === 404 && ctx.body == null) throw new AppError('not_found');
    } catch (thrown) {
      const error = toAppError(thrown);
      if (error.status >= 500) ctx.state.log.error({ err: thrown }, 'request failed');
      answer(ctx, error, isForPrograms(ctx.path) ? undefined : render);
    }
  };
}

function answer(ctx: Context, error: AppError, render: Render | undefined): void {
  ctx.status = error.status;
  ctx.set('Cache-Control', 'no-store');
  if (error.retryAfter !== undefined) ctx.set('Retry-After', String(error.retryAfter));
  if (error.code === 'payload_too_large') ctx.set('Connection', 'close');
  if (render && ctx.accepts('json', 'html') === 'html') {
    render(ctx, 'error', {
      title: error.status >= 500 ? t('errors.something') : t('errors.didNotWork'),
      ...wordsOf(error),
      code: error.code,
      requestId: ctx.state.requestId,
    });
  } else {
    ctx.body = {
      error: error.protocolCode,
      error_description: error.message,
      hint: error.hint,
      request_id: ctx.state.requestId,
    };
  }
}

export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  if (thrown instanceof ZodError) {
    return new AppError('invalid_request', {
      detail: thrown.issues.map((issue) => issue.message).join(' '),
      cause: thrown,
    });
  }
  const status = thrown instanceof Error && 'status' in thrown ? Number(thrown.status) : 500;
  const code = (Object.keys(errorCodes) as (keyof typeof errorCodes)[]).find(
    (key) => errorCodes[key].status === status,
  );
  if (status < 500 && code) return new AppError(code, { cause: thrown });
  if (isDatabaseFailure(thrown)) return new AppError('unavailable', { cause: thrown, retryAfter: 1 });
  return new AppError('server_error', { cause: thrown });
}
