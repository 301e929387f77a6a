import type { Logger } from 'pino';
import type { ErrorCode } from '../errors.ts';

declare module 'koa' {
  interface Request {
    /** Fields of a form (form-fields.ts, upload.ts) or a value of JSON (admin/body.ts), once it was read. */
    body?: unknown;
  }
}

/** What a request's connection and headers say of it, looked at once and ahead of all else. */
export interface Arrival {
  /** Which of our names the request used. */
  readonly origin?: string | undefined;
  /** Why it is refused, whatever it is for. */
  readonly fault?: ErrorCode | undefined;
}

/** What our middlewares leave on `ctx.state` for those behind them. */
export interface RequestState {
  /** Sent back as X-Request-Id and written to every log line and audit event of the request. */
  readonly requestId: string;
  readonly log: Logger;
  arrival: Arrival;
  /** The body, once it was read ahead (read-ahead.ts). */
  body?: Buffer;
  /** A posted form as it came, for who wants to look at it ahead of the provider. */
  formBody?: string;
  /** The `grant_type` for which tokens were issued ahead of the provider. */
  grantType?: string;
  /** What an answer does not show, for the counters. */
  happened?: 'reuse' | 'sign_in_failed';
}
