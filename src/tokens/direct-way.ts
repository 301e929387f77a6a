import type { Middleware, ParameterizedContext } from 'koa';
import { isDatabaseFailure } from '../db/connections/failures.ts';
import type { RequestState } from '../http/context.ts';
import { readAhead } from '../http/input/read-ahead.ts';
import type { WholeAnswer } from '../http/serving/at-once.ts';
import { UNAVAILABLE } from './answer.ts';
import { INTROSPECTION_ENDPOINT, REVOCATION_ENDPOINT, TOKEN_ENDPOINT } from './endpoints.ts';
import { isPlainPost } from './form.ts';
import { introspectionSteps } from './introspection/endpoint.ts';
import type { Steps, TokenParts } from './parts.ts';
import { revocationSteps } from './revocation/endpoint.ts';
import { tokenSteps } from './token-endpoint.ts';

/**
 * Ahead of oidc-provider, which costs more than all the rest: the plain requests to the token, introspection and revocation endpoints are
 * answered here in a row of steps: read the form, authenticate the app, decide, issue, write, answer. Only what is certain
 * to succeed and has nothing special about it is taken; everything else, every error included, goes on untouched. Both ways
 * use the same policy, statements, secrets and keys; test/tokens/differential.test.ts finds all that can be seen alike.
 */
export function directWay(parts: TokenParts): Middleware<RequestState> {
  const endpoints = new Map<string | undefined, Steps>([
    [TOKEN_ENDPOINT, tokenSteps(parts)],
    [INTROSPECTION_ENDPOINT, introspectionSteps(parts)],
    [REVOCATION_ENDPOINT, revocationSteps(parts)],
  ]);
  return async (ctx, next) => {
    const { url = '' } = ctx.req;
    const steps = endpoints.get(url);
    const answer = steps && isPlainPost(ctx, url, parts.atOnce) ? await attempt(ctx, parts.clock, steps) : undefined;
    if (!answer) return next();
    parts.atOnce.answer(ctx, answer);
  };
}

/**
 * A failure here (a caller who hangs up, a signer that is away) sends the request to the ordinary way, which fails again and
 * answers. Only a database that did not answer is not waited for twice.
 */
async function attempt(
  ctx: ParameterizedContext<RequestState>,
  clock: () => Date,
  steps: Steps,
): Promise<WholeAnswer | undefined> {
  try {
    const body = await readAhead(ctx);
    const { authorization } = ctx.headers;
    return await steps({ ctx, authorization, body: body.toString('latin1'), now: clock() });
  } catch (err) {
    if (!isDatabaseFailure(err)) return undefined;
    ctx.state.log.error({ err }, 'the database did not answer');
    return UNAVAILABLE;
  }
}
