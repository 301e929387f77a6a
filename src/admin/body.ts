import type { Context, Middleware } from 'koa';
import { AppError } from '../errors.ts';
import { readAhead } from '../http/input/read-ahead.ts';
import { JsonProblem, parseJson } from '../json.ts';

/** A body of JSON as `ctx.request.body`; nothing where there is none. @throws {AppError} malformed_encoding, invalid_request */
export const readJson: Middleware = async (ctx, next) => {
  if (ctx.is('json')) ctx.request.body = await parsedBody(ctx);
  await next();
};

async function parsedBody(ctx: Context): Promise<unknown> {
  const body = await readAhead(ctx);
  if (body.length === 0) return undefined;
  try {
    return parseJson(body);
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error;
    const detail = `The body ${error.message}.`;
    throw new AppError(error.isUnstorable ? 'malformed_encoding' : 'invalid_request', { detail, cause: error });
  }
}
