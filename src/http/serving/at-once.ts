import type { IncomingMessage } from 'node:http';
import type { Context } from 'koa';
import type { StandardHeaders } from '../security-headers.ts';

/** An answer that is known in full. The body has only ASCII in it. */
export interface WholeAnswer {
  /** 200 unless it says something else. */
  readonly status?: number;
  /** Its own headers, name and value in turn. */
  readonly headers: readonly string[];
  readonly body: string;
}

/**
 * Writes the answers that are asked for most in one go, without a dozen calls that each set a header. The middlewares
 * that use it stand ahead of the chain, and take only what the chain would let through.
 */
export interface AtOnce {
  /** Whether a request is for exactly this path and nothing else, under one of our names (http/network/arrival.ts). */
  isFor(ctx: Context, method: 'GET' | 'POST', path: string): boolean;
  answer(ctx: Context, answer: WholeAnswer): void;
}

/** Codings are judged in one place (body-coding.ts), which is not on these ways. */
const isCoded = ({ headers }: IncomingMessage) =>
  headers['content-encoding'] !== undefined || headers['transfer-encoding'] !== undefined;

export function createAtOnce(standard: StandardHeaders): AtOnce {
  return {
    isFor: ({ req, state }, method, path) =>
      req.url === path && req.method === method && state.arrival.origin !== undefined && !isCoded(req),
    answer(ctx, { status = 200, headers, body }) {
      ctx.respond = false;
      const own = [...headers, 'Content-Length', String(body.length)];
      ctx.res.writeHead(status, standard.list(ctx.state.requestId, own)).end(body, 'latin1');
    },
  };
}
