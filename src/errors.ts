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
    message: 'The request is not valid.',
    hint: 'Check the parameters against the documentation.',
  },
  malformed_encoding: {
    status: 400,
    oauth: 'invalid_request',
    message: 'The request contains characters that are not allowed.',
    hint: 'Send UTF-8 without NUL characters or lone surrogates, percent-encoded once.',
  },
  repeated_header: {
    status: 400,
    oauth: 'invalid_request',
    message: 'A header that may come once came twice.',
    hint: 'Send Host, Authorization and Content-Type once each; look whether a proxy adds one.',
  },
  malformed_host: {
    status: 400,
    oauth: 'invalid_request',
    message: 'The Host header, or the host in the request line, is not the name of a host.',
    hint: 'Send a name or an address, and its port where there is one: auth.example.com, or [::1]:3000.',
  },
  invalid_token: {
    status: 401,
    message: 'The access token is missing, or not valid here.',
    hint: 'Get a token for the resource of this API, and send it as: Authorization: Bearer …',
  },
  insufficient_scope: {
    status: 403,
    message: 'The access token lacks the scope that this needs.',
    hint: 'Ask for a token with the scope that the WWW-Authenticate header names.',
  },
  csrf_failed: {
    status: 403,
    message: 'This form has expired or was not sent from this site.',
    hint: 'Go back, reload the page and send the form again.',
  },
  forbidden: {
    status: 403,
    message: 'You may see this, but not do that.',
    hint: 'Ask an owner of the team, or an administrator, for the role that it needs.',
  },
  not_found: {
    status: 404,
    message: 'There is nothing at this address.',
    hint: 'Check the address, or start again at the home page.',
  },
  method_not_allowed: {
    status: 405,
    message: 'This address does not accept that method.',
    hint: 'See the Allow header for the methods that it accepts.',
  },
  conflict: {
    status: 409,
    message: 'Something with that name exists already.',
    hint: 'Choose another name, or change the existing one.',
  },
  page_changed: {
    status: 409,
    message: 'What this page says has changed since you opened it, so nothing was done.',
    hint: 'Look at it again, and decide anew.',
  },
  precondition_failed: {
    status: 412,
    message: 'This has been changed by someone else since you read it.',
    hint: 'Read it again, look whether your change still makes sense, and send it with the new ETag.',
  },
  payload_too_large: {
    status: 413,
    oauth: 'invalid_request',
    message: 'The request is too large.',
    hint: 'Bodies may have 56 KiB, a logo 1 MB, and addresses 16 KiB.',
  },
  unsupported_coding: {
    status: 415,
    oauth: 'invalid_request',
    message: 'The body is compressed, or in a character set that this server does not read.',
    hint: 'Send it in UTF-8, and without Content-Encoding.',
  },
  wrong_host: {
    status: 421,
    message: 'This server does not answer under that host.',
    hint: 'Use the address in ISSUER; a proxy must pass the Host header on unchanged. Programs may also use an address in BACK_CHANNEL_ORIGINS, but not for pages.',
  },
  idempotency_key_reused: {
    status: 422,
    message: 'This Idempotency-Key came with another request before.',
    hint: 'Use a new key for each thing that you want done, and the same key only to repeat it.',
  },
  too_many_requests: {
    status: 429,
    message: 'Too many attempts.',
    hint: 'Wait for the seconds in the Retry-After header, then try again.',
  },
  sign_in_expired: {
    status: 400,
    message: 'This sign-in has expired or was started in another browser.',
    hint: 'Go back to the app and sign in again.',
  },
  signed_out: {
    status: 400,
    message: 'You are signed out, so nothing was done.',
    hint: 'Sign in again at the home page. If a form had something that you typed, go back and copy it first.',
  },
  server_error: {
    status: 500,
    message: 'Something went wrong on our side.',
    hint: 'Try again. If it stays, tell the operator the request id.',
  },
  unavailable: {
    status: 503,
    oauth: 'temporarily_unavailable',
    message: 'The server cannot answer right now.',
    hint: 'Try again in a few seconds.',
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorCodes;

/** An expected failure with a code of the table. `detail` replaces the table's message and must be safe to show. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly hint: string;
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
    const entry: ErrorEntry = errorCodes[code];
    this.protocolCode = entry.oauth ?? code;
    this.retryAfter = options.retryAfter;
  }
}
