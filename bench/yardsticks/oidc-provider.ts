/**
 * oidc-provider as its documentation sets it up: static apps, everything in memory, its own development pages. It issues
 * the same tokens as the server does: JWTs for an API, ES256 ID tokens, rotated refresh tokens.
 */
import { generateKeyPairSync } from 'node:crypto';
import { type Configuration, type JWK, Provider } from 'oidc-provider';
import { type Alg, type App, SCOPE } from '../target.ts';
import { known } from './known.ts';
import { listen } from './listen.ts';
import { MemoryAdapter } from './memory-adapter.ts';

const { machines, app, rs256App, resources } = known;
const keyPairs = {
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: generateKeyPairSync('ed25519'),
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
};
const keys = Object.entries(keyPairs).map(([alg, { privateKey }]) => ({
  ...privateKey.export({ format: 'jwk' }),
  alg,
  use: 'sig',
  kid: alg,
})) as JWK[];

const appWith = ({ clientId, clientSecret, redirectUri }: App, id_token_signed_response_alg: Alg) => ({
  client_id: clientId,
  client_secret: clientSecret,
  grant_types: ['authorization_code', 'refresh_token'],
  redirect_uris: [redirectUri],
  id_token_signed_response_alg,
});

const configuration: Configuration = {
  adapter: MemoryAdapter,
  jwks: { keys },
  clients: [
    ...machines.map(({ clientId, clientSecret }) => ({
      client_id: clientId,
      client_secret: clientSecret,
      grant_types: ['client_credentials'],
      response_types: [],
      redirect_uris: [],
    })),
    appWith(app, 'ES256'),
    appWith(rs256App, 'RS256'),
  ],
  cookies: { keys: ['a-cookie-key-of-the-bench-that-is-long-enough'] },
  findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
  rotateRefreshToken: true,
  pkce: { required: () => true },
  features: {
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => undefined as unknown as string,
      useGrantedResource: () => true,
      getResourceServerInfo: (_ctx, resource) => ({
        audience: resource,
        scope: SCOPE,
        accessTokenTTL: 300,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: algOf(resource) } },
      }),
    },
  },
};

function algOf(resource: string): Alg {
  const [alg] = Object.entries(resources).find(([, identifier]) => identifier === resource) ?? [];
  return alg as Alg;
}

const provider = new Provider(`http://localhost:${process.env.PORT}`, configuration);
listen(provider.callback());
