import { t } from '../../../texts/texts.ts';
import type { Snippet } from '../../../views/models/apps.ts';
import { askedFor } from './asked-for.ts';
import type { SnippetParts } from './parts.ts';

/** Signs a person in from a terminal: the whole code flow with PKCE, by a client library that is certified for it. */
export function signInSnippet(parts: SnippetParts): Snippet {
  const { issuer, client } = parts;
  const { variable, resource, scope, token } = askedFor(parts);
  const hasSecret = client.auth_method.startsWith('client_secret');
  const method = client.auth_method === 'client_secret_post' ? 'ClientSecretPost' : 'ClientSecretBasic';
  const authentication = hasSecret ? `client.${method}(CLIENT_SECRET)` : 'client.None()';
  // http is only for trying things out on one's own machine.
  const insecure = issuer.startsWith('http:') ? ', { execute: [client.allowInsecureRequests] }' : '';
  const code = `import { env, stderr, stdin } from 'node:process';
import { createInterface } from 'node:readline/promises';
import * as client from 'openid-client';

const { ISSUER, CLIENT_ID,${hasSecret ? ' CLIENT_SECRET,' : ''}${variable} REDIRECT_URI } = env;
const metadata = { id_token_signed_response_alg: '${client.id_token_alg}' };
const server = await client.discovery(new URL(ISSUER), CLIENT_ID, metadata, ${authentication}${insecure});
const pkceCodeVerifier = client.randomPKCECodeVerifier();
const expectedState = client.randomState();
const expectedNonce = client.randomNonce();
const target = client.buildAuthorizationUrl(server, {
  redirect_uri: REDIRECT_URI,
  ${scope},${resource && `\n  ${resource},`}
  state: expectedState,
  nonce: expectedNonce,
  code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
  code_challenge_method: 'S256',
});
console.log('Open this address and sign in:', target.href);

const terminal = createInterface({ input: stdin, output: stderr });
const callback = await terminal.question('Paste the address that you come back to: ');
terminal.close();
const checks = { pkceCodeVerifier, expectedState, expectedNonce };
const tokens = await client.authorizationCodeGrant(server, new URL(callback.trim()), checks);
console.log(tokens.claims());${token}`;
  return {
    label: 'Node',
    language: 'javascript',
    how: t('snippets.installThenSave', {
      first: 'npm install openid-client',
      file: 'sign-in.mjs',
      command: 'node --env-file=.env sign-in.mjs',
    }),
    code,
  };
}
