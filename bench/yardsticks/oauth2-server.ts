/** @node-oauth/oauth2-server on PostgreSQL, as its guide shows it: opaque tokens, kept as their hash. It has no OpenID Connect. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import OAuth2Server from '@node-oauth/oauth2-server';
import pg from 'pg';
import { SCOPE } from '../target.ts';
import { known } from './known.ts';
import { listen } from './listen.ts';

type Client = OAuth2Server.Client;
type Token = OAuth2Server.Token;

const db = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
const hash = (value: string) => createHash('sha256').update(value).digest();

await db.query(`
  create table clients (id text primary key, secret bytea not null, grants text[] not null, redirect_uris text[] not null);
  create table codes (
    hash bytea primary key, client_id text not null references clients, user_id text not null, redirect_uri text not null,
    scope text[] not null, challenge text not null, method text not null, expires_at timestamptz not null);
  create table tokens (
    access_hash bytea primary key, refresh_hash bytea unique, client_id text not null references clients,
    user_id text not null, scope text[] not null, expires_at timestamptz not null, refresh_expires_at timestamptz)`);
await db.query(
  `insert into clients select id, decode(secret, 'hex'), array['client_credentials'], '{}'
   from unnest($1::text[], $2::text[]) m (id, secret)`,
  [
    known.machines.map(({ clientId }) => clientId),
    known.machines.map(({ clientSecret }) => hash(clientSecret).toString('hex')),
  ],
);
await db.query('insert into clients values ($1, $2, $3, $4)', [
  known.app.clientId,
  hash(known.app.clientSecret),
  ['authorization_code', 'refresh_token'],
  [known.app.redirectUri],
]);

async function getClient(id: string, secret: string | null): Promise<Client | undefined> {
  const { rows } = await db.query('select * from clients where id = $1', [id]);
  const [row] = rows;
  if (!row || (secret !== null && !timingSafeEqual(row.secret, hash(secret)))) return undefined;
  return { id: row.id, grants: row.grants, redirectUris: row.redirect_uris };
}

/** Only reached with a client that was found before. */
const clientOf = (row: { client_id: string }) => getClient(row.client_id, null) as Promise<Client>;

const model = {
  getClient,
  getUserFromClient: async (client: Client) => ({ id: client.id }),
  validateScope: async (_user: unknown, _client: unknown, scope: string[] = []) =>
    scope.filter((name) => [SCOPE, 'openid', 'offline_access'].includes(name)),
  async saveToken(token: Token, client: Client, user: { id: string }) {
    await db.query('insert into tokens values ($1, $2, $3, $4, $5, $6, $7)', [
      hash(token.accessToken),
      token.refreshToken ? hash(token.refreshToken) : null,
      client.id,
      user.id,
      token.scope,
      token.accessTokenExpiresAt,
      token.refreshTokenExpiresAt,
    ]);
    return { ...token, client, user };
  },
  async getAccessToken(accessToken: string) {
    const { rows } = await db.query('select * from tokens where access_hash = $1', [hash(accessToken)]);
    const [row] = rows;
    if (!row) return undefined;
    const user = { id: row.user_id };
    return { accessToken, accessTokenExpiresAt: row.expires_at, scope: row.scope, client: await clientOf(row), user };
  },
  async getRefreshToken(refreshToken: string) {
    const { rows } = await db.query('select * from tokens where refresh_hash = $1', [hash(refreshToken)]);
    const [row] = rows;
    if (!row) return undefined;
    const user = { id: row.user_id };
    const client = await clientOf(row);
    return { refreshToken, refreshTokenExpiresAt: row.refresh_expires_at, scope: row.scope, client, user };
  },
  async revokeToken({ refreshToken }: { refreshToken: string }) {
    const result = await db.query('delete from tokens where refresh_hash = $1', [hash(refreshToken)]);
    return result.rowCount === 1;
  },
  async saveAuthorizationCode(code: OAuth2Server.AuthorizationCode, client: Client, user: { id: string }) {
    await db.query('insert into codes values ($1, $2, $3, $4, $5, $6, $7, $8)', [
      hash(code.authorizationCode),
      client.id,
      user.id,
      code.redirectUri,
      code.scope,
      code.codeChallenge,
      code.codeChallengeMethod,
      code.expiresAt,
    ]);
    return { ...code, client, user };
  },
  async getAuthorizationCode(authorizationCode: string) {
    const { rows } = await db.query('select * from codes where hash = $1', [hash(authorizationCode)]);
    const [row] = rows;
    if (!row) return undefined;
    return {
      authorizationCode,
      expiresAt: row.expires_at,
      redirectUri: row.redirect_uri,
      scope: row.scope,
      codeChallenge: row.challenge,
      codeChallengeMethod: row.method,
      client: await clientOf(row),
      user: { id: row.user_id },
    };
  },
  async revokeAuthorizationCode({ authorizationCode }: { authorizationCode: string }) {
    const result = await db.query('delete from codes where hash = $1', [hash(authorizationCode)]);
    return result.rowCount === 1;
  },
};

const server = new OAuth2Server({ model: model as OAuth2Server.ServerOptions['model'], accessTokenLifetime: 300 });
/** Everyone is signed in: the library leaves that to others. */
const authenticateHandler = { handle: async () => ({ id: 'person' }) };

async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const url = new URL(incoming.url ?? '/', 'http://localhost');
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const request = new OAuth2Server.Request({
    headers: incoming.headers as Record<string, string>,
    method: incoming.method ?? 'GET',
    query: Object.fromEntries(url.searchParams),
    body: Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString())),
  });
  const response = new OAuth2Server.Response();
  try {
    if (url.pathname === '/token') await server.token(request, response);
    else if (url.pathname === '/authorize') await server.authorize(request, response, { authenticateHandler });
  } catch (error) {
    // The library has put the protocol's error into the response.
    if (!(error instanceof Error && error.name)) throw error;
  }
  const body = JSON.stringify(response.body ?? {});
  outgoing.writeHead(response.status ?? 200, {
    ...response.headers,
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
  });
  outgoing.end(body);
}

listen((incoming, outgoing) => {
  answer(incoming, outgoing).catch((error: unknown) => {
    console.error(error);
    outgoing.writeHead(500, { 'Content-Length': 0 }).end();
  });
});
