import request, { type Response } from 'supertest';
import type { TestServer } from './server.ts';

interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface TokenBody {
  access_token: string;
  refresh_token?: string;
  id_token?: string;
  expires_in: number;
  scope?: string;
  token_type: string;
  error?: string;
  error_description?: string;
}

export const basic = ({ clientId, clientSecret }: Credentials) =>
  `Basic ${Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`).toString('base64')}`;

/** POSTs a form to an endpoint of the server, authenticated by Basic when credentials are given. */
export async function post(
  server: Pick<TestServer, 'issuer'>,
  path: string,
  form: Record<string, string> | [string, string][],
  credentials?: Credentials,
  headers: Record<string, string> = {},
) {
  const sent = request(server.issuer).post(path).type('form');
  if (credentials) sent.set('authorization', basic(credentials));
  const answer = answerOf(await sent.set(headers).send(new URLSearchParams(form).toString()));
  return { ...answer, body: (answer.body ?? {}) as TokenBody };
}

/** What specs look at; an empty answer has no body. */
export const answerOf = ({ status, headers, text, body }: Response) => ({
  status,
  headers: new Headers(headers),
  text,
  body: text ? body : undefined,
});

export function requestToken(server: Pick<TestServer, 'issuer'>, app: Credentials, form: Record<string, string> = {}) {
  return post(server, '/token', { grant_type: 'client_credentials', ...form }, app);
}
