import { VerificationError } from '../request/challenge.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: { readonly error: string; readonly error_description: string } | { readonly message: string };
}

const RETRY_AFTER_SECONDS = 5;

/** What the middlewares answer a refused request with (RFC 6750 §3). @throws any other error, which is not theirs */
export function answerTo(error: unknown): Answer {
  if (!(error instanceof VerificationError)) throw error;
  const { status, code, message, wwwAuthenticate } = error;
  const headers = {
    'cache-control': 'no-store',
    ...(wwwAuthenticate ? { 'www-authenticate': wwwAuthenticate } : {}),
    ...(status === 503 ? { 'retry-after': String(RETRY_AFTER_SECONDS) } : {}),
  };
  // §3.1: to a request without credentials, no error code.
  const isBare = status === 401 && !wwwAuthenticate?.includes('error=');
  return { status, headers, body: isBare ? { message } : { error: code, error_description: message } };
}
