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
  const response = await fetch(server.issuer + path, {
    method: 'POST',
    headers: { ...(credentials ? { authorization: basic(credentials) } : {}), ...headers },
    body: new URLSearchParams(form),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: (text ? JSON.parse(text) : {}) as TokenBody,
  };
}

export function requestToken(server: Pick<TestServer, 'issuer'>, app: Credentials, form: Record<string, string> = {}) {
  return post(server, '/token', { grant_type: 'client_credentials', ...form }, app);
}
