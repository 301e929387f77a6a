import type { Snippet } from '../../../views/models/apps.ts';
import { askedFor } from './asked-for.ts';
import type { SnippetParts } from './parts.ts';

/** Connects a device from a terminal (RFC 8628), by a client library that is certified for OpenID Connect. */
export function deviceSnippet(parts: SnippetParts): Snippet {
  const { issuer, client } = parts;
  const { variable, resource, scope, token } = askedFor(parts);
  // http is only for trying things out on one's own machine.
  const insecure = issuer.startsWith('http:') ? ', { execute: [client.allowInsecureRequests] }' : '';
  const code = `import { env } from 'node:process';
import * as client from 'openid-client';

const { ISSUER,${variable} CLIENT_ID } = env;
const metadata = { id_token_signed_response_alg: '${client.id_token_alg}' };
const server = await client.discovery(new URL(ISSUER), CLIENT_ID, metadata, client.None()${insecure});
const device = await client.initiateDeviceAuthorization(server, { ${scope}${resource && `, ${resource}`} });
console.log('Open', device.verification_uri, 'and enter', device.user_code);

const tokens = await client.pollDeviceAuthorizationGrant(server, device);
console.log(tokens.claims());${token}`;
  return {
    label: 'Node',
    language: 'javascript',
    how: 'npm install openid-client, save this as device.mjs, then: node --env-file=.env device.mjs',
    code,
  };
}
