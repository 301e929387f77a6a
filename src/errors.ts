import { errors } from './texts/en/people/errors.ts';
import { t } from './texts/texts.ts';

interface ErrorEntry {
  readonly status: number;
  /** What programs are told, where an OAuth RFC has a code of its own for it. */
  readonly oauth?: string;
  readonly message: string;
  readonly hint: string;
}

/**
 * The one table of errors: what a caller sees when something goes wrong.
 *
 * Everything that Latchkey itself refuses is an AppError with a code from here; errors of the OAuth and OpenID
 * protocols keep the codes of their RFCs and are made by oidc-provider. Messages are safe to show to anyone.
 */
export const errorCodes = {
  invalid_request: {
    status: 400,
    message: errors.invalid_request,
    hint: errors.invalid_request_hint,
  },
  malformed_encoding: {
    status: 400,
    oauth: 'invalid_request',
    message: errors.malformed_encoding,
    hint: errors.malformed_encoding_hint,
  },
  repeated_header: {
    status: 400,
    oauth: 'invalid_request',
    message: errors.repeated_header,
    hint: errors.repeated_header_hint,
  },
  malformed_host: {
    status: 400,
    oauth: 'invalid_request',
    message: errors.malformed_host,
    hint: errors.malformed_host_hint,
  },
  invalid_token: {
    status: 401,
    message: errors.invalid_token,
    hint: errors.invalid_token_hint,
  },
  insufficient_scope: {
    status: 403,
    message: errors.insufficient_scope,
    hint: errors.insufficient_scope_hint,
  },
  csrf_failed: {
    status: 403,
    message: errors.csrf_failed,
    hint: errors.csrf_failed_hint,
  },
  forbidden: {
    status: 403,
    message: errors.forbidden,
    hint: errors.forbidden_hint,
  },
  not_found: {
    status: 404,
    message: errors.not_found,
    hint: errors.not_found_hint,
  },
  method_not_allowed: {
    status: 405,
    message: errors.method_not_allowed,
    hint: errors.method_not_allowed_hint,
  },
  conflict: {
    status: 409,
    message: errors.conflict,
    hint: errors.conflict_hint,
  },
  page_changed: {
    status: 409,
    message: errors.page_changed,
    hint: errors.page_changed_hint,
  },
  precondition_failed: {
    status: 412,
    message: errors.precondition_failed,
    hint: errors.precondition_failed_hint,
  },
  payload_too_large: {
    status: 413,
    oauth: 'invalid_request',
    message: errors.payload_too_large,
    hint: errors.payload_too_large_hint,
  },
  unsupported_coding: {
    status: 415,
    oauth: 'invalid_request',
    message: errors.unsupported_coding,
    hint: errors.unsupported_coding_hint,
  },
  wrong_host: {
    status: 421,
    message: errors.wrong_host,
    hint: errors.wrong_host_hint,
  },
  idempotency_key_reused: {
    status: 422,
    message: errors.idempotency_key_reused,
    hint: errors.idempotency_key_reused_hint,
  },
  too_many_requests: {
    status: 429,
    message: errors.too_many_requests,
    hint: errors.too_many_requests_hint,
  },
  sign_in_expired: {
    status: 400,
    message: errors.sign_in_expired,
    hint: errors.sign_in_expired_hint,
  },
  signed_out: {
    status: 400,
    message: errors.signed_out,
    hint: errors.signed_out_hint,
  },
  server_error: {
    status: 500,
    message: errors.server_error,
    hint: errors.server_error_hint,
  },
  unavailable: {
    status: 503,
    oauth: 'temporarily_unavailable',
    message: errors.unavailable,
    hint: errors.unavailable_hint,
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorCodes;

/** An expected failure with a code of the table. `detail` replaces the table's message and must be safe to show. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly hint: string;
  /** What is wrong just here, in the language of the request; undefined where the table says it. */
  readonly detail: string | undefined;
  /** The code in JSON answers. */
  readonly protocolCode: string;
  /** Seconds until another try makes sense; sent as Retry-After. */
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, options: { detail?: string; cause?: unknown; retryAfter?: number } = {}) {
    super(options.detail ?? errorCodes[code].message, { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.status = errorCodes[code].status;
    this.hint = errorCodes[code].hint;
    this.detail = options.detail;
    const entry: ErrorEntry = errorCodes[code];
    this.protocolCode = entry.oauth ?? code;
    this.retryAfter = options.retryAfter;
  }
}

/** An error for people, in the language of the request. Programs get `message` and `hint` as they are. */
export const wordsOf = ({ code, detail }: Pick<AppError, 'code' | 'detail'>) => ({
  message: detail ?? t(`errors.${code}`),
  hint: t(`errors.${code}_hint`),
});
