import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import helmet, { type HelmetOptions } from 'helmet';
import type { Middleware } from 'koa';
import type { RequestState } from './context.ts';

/**
 * Nothing is loaded from elsewhere, nothing runs inline, nobody frames a page (RFC 9700 §4.16, §4.2.4). `form-action` is
 * left out on purpose: Chromium applies it to the redirects after a consent form, whose target is the app's own address.
 */
function policy(https: boolean): HelmetOptions {
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: https ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    crossOriginResourcePolicy: false,
  };
}

/** What every answer carries, and its request's id. */
export interface StandardHeaders {
  /** Sets them on what Koa answers. */
  readonly middleware: Middleware<RequestState>;
  /** The same and an answer's own, name and value in turn, for an answer in one go (at-once.ts). */
  list(requestId: string, own: readonly string[]): string[];
}

/** helmet's headers are the same for every answer, so it is asked for them once and not for each request. */
export function standardHeaders(options: { https: boolean }): StandardHeaders {
  const headers = Object.entries(headersOf(policy(options.https)));
  const flat = headers.flat();
  return {
    middleware(ctx, next) {
      ctx.res.setHeader('X-Request-Id', ctx.state.requestId);
      for (const [name, value] of headers) ctx.res.setHeader(name, value);
      return next();
    },
    list: (requestId, own) => [...flat, 'X-Request-Id', requestId, ...own],
  };
}

function headersOf(options: HelmetOptions): Record<string, string> {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  helmet(options)(request, response, (error) => {
    if (error) throw error;
  });
  return Object.fromEntries(response.getHeaderNames().map((name) => [name, String(response.getHeader(name))]));
}
