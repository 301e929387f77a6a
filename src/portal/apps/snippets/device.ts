import { t } from '../../../texts/texts.ts';
import type { Snippet } from '../../../views/models/apps.ts';
import { askedFor } from './asked-for.ts';
import { quoted, type SnippetParts } from './parts.ts';

/** For a device that is programmed in Node, and to see by hand what any other one sends. */
export const deviceSnippets = (parts: SnippetParts): Snippet[] => [nodeSnippet(parts), curlSnippet(parts)];

/** Connects a device from a terminal (RFC 8628), by a client library that is certified for OpenID Connect. */
function nodeSnippet(parts: SnippetParts): Snippet {
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
    how: t('snippets.installThenSave', {
      first: 'npm install openid-client',
      file: 'device.mjs',
      command: 'node --env-file=.env device.mjs',
    }),
    code,
  };
}

function curlSnippet({ issuer, client, api, scopes = [] }: SnippetParts): Snippet {
  const scope = quoted(`scope=${['openid', 'profile', 'email', ...scopes].join(' ')}`);
  const lines = [
    `curl -s ${quoted(`${issuer}/device_authorization`)}`,
    `-d ${quoted(`client_id=${client.id}`)}`,
    ...(api === undefined ? [] : [`--data-urlencode ${quoted(`resource=${api}`)}`]),
    `--data-urlencode ${scope}`,
  ];
  const ask = [
    `curl -s ${quoted(`${issuer}/token`)}`,
    `-d ${quoted(`client_id=${client.id}`)}`,
    '-d grant_type=urn:ietf:params:oauth:grant-type:device_code',
    '-d device_code=PASTE_THE_DEVICE_CODE_HERE',
  ];
  const code = `${lines.join(' \\\n  ')}\n# show the user_code, and ask until somebody has entered it\n${ask.join(' \\\n  ')}`;
  return {
    label: 'curl',
    language: 'bash',
    how: t('snippets.pasteBoth'),
    code,
  };
}
