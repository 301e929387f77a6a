import type { NodeRequest } from '../request/request.ts';
import type { AccessTokenClaims } from '../token/claims.ts';
import type { Needed, Verifier } from '../verifier.ts';
import { answerTo } from './answer.ts';

/** What is used of Koa's context. */
export interface KoaContext {
  readonly method: string;
  readonly protocol: string;
  readonly host: string;
  readonly originalUrl: string;
  readonly req: NodeRequest;
  status: number;
  body: unknown;
  // biome-ignore lint/suspicious/noExplicitAny: Koa's own type of the state; anything narrower refuses its middlewares
  state: any;
  set(headers: Record<string, string>): void;
}

export interface KoaTokenState {
  token: AccessTokenClaims;
}

/** Lets a request pass whose token has the scopes, with the claims as `ctx.state.token`, and answers any other. */
export function koaVerifier(verifier: Verifier, needed: Needed = {}) {
  return async (ctx: KoaContext, next: () => Promise<unknown>): Promise<void> => {
    const { method, protocol, host, originalUrl, req } = ctx;
    const url = originalUrl.startsWith('/') ? `${protocol}://${host}${originalUrl}` : originalUrl;
    try {
      ctx.state.token = await verifier.verifyRequest({ method, url, headers: req.headers, raw: req }, needed);
    } catch (error) {
      const { status, headers, body } = answerTo(error);
      ctx.status = status;
      ctx.set(headers);
      ctx.body = body;
      return;
    }
    await next();
  };
}
