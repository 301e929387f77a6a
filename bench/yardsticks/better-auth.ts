/** better-auth with its OAuth provider and JWT plugins on PostgreSQL, as its guide shows it, with ES256. */
import { writeFileSync } from 'node:fs';
import { oauthProvider } from '@better-auth/oauth-provider';
import { type BetterAuthOptions, betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { toNodeHandler } from 'better-auth/node';
import { jwt } from 'better-auth/plugins';
import pg from 'pg';
import { RESOURCES, SCOPE } from '../target.ts';
import { known } from './known.ts';
import { listen } from './listen.ts';

const resource = RESOURCES.ES256;
const scopes = ['openid', 'profile', 'email', 'offline_access', SCOPE];

const options = {
  baseURL: `http://localhost:${process.env.PORT}`,
  secret: 'a-secret-of-the-bench-that-is-long-enough',
  database: new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 }),
  emailAndPassword: { enabled: true },
  // Everyone comes from one address here.
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  disabledPaths: ['/token'],
  plugins: [
    jwt({ jwks: { keyPairConfig: { alg: 'ES256' } } }),
    oauthProvider({
      loginPage: '/sign-in',
      consentPage: '/consent',
      scopes,
      resources: [{ identifier: resource, accessTokenTtl: 300, allowedScopes: scopes, signingAlgorithm: 'ES256' }],
      enforcePerClientResources: false,
      clientPrivileges: () => true,
      silenceWarnings: { oauthAuthServerConfig: true, openidConfig: true },
    }),
  ],
} satisfies BetterAuthOptions;

const { runMigrations } = await getMigrations(options);
await runMigrations();
// Only now, because it puts its resources into the tables.
const auth = betterAuth(options);

for (const { email, password } of known.people) {
  await auth.api.signUpEmail({ body: { name: 'Ada Lovelace', email, password } });
}
const signedIn = await auth.api.signInEmail({
  body: known.people[0] ?? { email: '', password: '' },
  returnHeaders: true,
});
const headers = new Headers({
  cookie: signedIn.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; '),
});
const machine = await auth.api.adminCreateOAuthClient({
  headers,
  body: {
    client_name: 'Machine',
    redirect_uris: [known.app.redirectUri],
    grant_types: ['client_credentials'],
    token_endpoint_auth_method: 'client_secret_basic',
    client_credentials_scopes: [SCOPE],
  },
});
const app = await auth.api.adminCreateOAuthClient({
  headers,
  body: {
    client_name: 'App',
    redirect_uris: [known.app.redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'client_secret_basic',
    scope: scopes.join(' '),
  },
});
const credentialsOf = (client: { client_id: string; client_secret?: string | undefined }) => ({
  clientId: client.client_id,
  clientSecret: client.client_secret ?? '',
});
const made = {
  ...known,
  machines: [credentialsOf(machine)],
  app: { ...credentialsOf(app), redirectUri: known.app.redirectUri },
};
// It chooses the ids and secrets, so the bench is told of them.
writeFileSync(process.env.KNOWN_FILE ?? '', JSON.stringify(made));

const handle = toNodeHandler(auth);
listen((request, response) => {
  handle(request, response).catch((error: unknown) => {
    console.error(error);
    response.writeHead(500).end();
  });
});
