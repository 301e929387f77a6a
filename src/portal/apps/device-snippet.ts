import type { Snippet } from '../../http/views/apps.ts';
import type { SnippetParts } from './snippets.ts';

/** Connects a device from a terminal (RFC 8628), by a client library that is certified for OpenID Connect. */
export function deviceSnippet({ issuer, client }: SnippetParts): Snippet {
  // http is only for trying things out on one's own machine.
  const insecure = issuer.startsWith('http:') ? ', { execute: [client.allowInsecureRequests] }' : '';
  const code = `import { env } from 'node:process';
import * as client from 'openid-client';

const { ISSUER, CLIENT_ID } = env;
const metadata = { id_token_signed_response_alg: '${client.id_token_alg}' };
const server = await client.discovery(new URL(ISSUER), CLIENT_ID, metadata, client.None()${insecure});
const device = await client.initiateDeviceAuthorization(server, { scope: 'openid profile email' });
console.log('Open', device.verification_uri, 'and enter', device.user_code);

const tokens = await client.pollDeviceAuthorizationGrant(server, device);
console.log(tokens.claims());`;
  return {
    label: 'Node',
    how: 'npm install openid-client, save this as device.mjs, then: node --env-file=.env device.mjs',
    code,
  };
}
