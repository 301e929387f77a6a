import { CommandFailure } from '../failures.ts';
import { shownAuthorization, shownBody, shownForm } from './shorten.ts';
import type { Step, Transcript } from './transcript.ts';

interface Request {
  readonly url: string;
  /** Sent by POST; without one it is a GET. */
  readonly form?: Readonly<Record<string, string>>;
  /** An Authorization header. */
  readonly authorization?: string | undefined;
}

interface Received {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

const SHOWN_HEADERS = ['content-type', 'cache-control', 'www-authenticate', 'retry-after', 'x-request-id'];

type Words = Pick<Step, 'title' | 'rfc' | 'what'>;

/**
 * Sends a request and shows it with its answer. `trim` leaves out of the picture what is too long.
 * @throws {CommandFailure} when nobody answers, or not in JSON
 */
export async function exchange(
  transcript: Transcript,
  words: Words,
  request: Request,
  trim: (body: Received['body']) => unknown = shownBody,
): Promise<Received> {
  const { url, form, authorization } = request;
  const headers = {
    accept: 'application/json',
    ...(form && { 'content-type': 'application/x-www-form-urlencoded' }),
    ...(authorization && { authorization }),
  };
  const body = form ? new URLSearchParams(form).toString() : null;
  const { response, received } = await send(url, { method: form ? 'POST' : 'GET', headers, body });
  transcript.step({
    ...words,
    request: {
      ...{ method: form ? 'POST' : 'GET', url, body: form ? shownForm(form) : null },
      headers: { ...headers, ...(authorization && { authorization: shownAuthorization(authorization) }) },
    },
    response: { status: response.status, headers: shownHeaders(response.headers), body: trim(received) },
  });
  return { status: response.status, body: received };
}

async function send(url: string, init: RequestInit) {
  try {
    const response = await fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(20_000) });
    return { response, received: (await response.json()) as Received['body'] };
  } catch (error) {
    const reason = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new CommandFailure(`${url} gave no answer (${reason}); start the server, or name it with --issuer`, {
      cause: error,
    });
  }
}

const shownHeaders = (headers: Headers) =>
  Object.fromEntries(SHOWN_HEADERS.flatMap((name) => (headers.has(name) ? [[name, headers.get(name) ?? '']] : [])));
