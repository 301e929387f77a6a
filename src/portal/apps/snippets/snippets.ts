import type { Snippet } from '../../../views/models/apps.ts';
import { deviceSnippet } from './device.ts';
import { machineWithKey, machineWithSecret } from './machine.ts';
import { quoted, type SnippetParts } from './parts.ts';
import { signInSnippet } from './sign-in.ts';

/** The lines of a .env file, which every other snippet reads its values from. */
export function envSnippet({ issuer, client, api, secret }: SnippetParts): Snippet {
  const values: Record<string, string | undefined> = {
    ISSUER: issuer,
    CLIENT_ID: client.id,
    CLIENT_SECRET: client.auth_method.startsWith('client_secret') ? (secret ?? 'PASTE_THE_SECRET_HERE') : undefined,
    PRIVATE_KEY_FILE: client.auth_method === 'private_key_jwt' ? `${client.id}-private-key.json` : undefined,
    RESOURCE: api,
    REDIRECT_URI: client.redirect_uris[0],
  };
  const lines = Object.entries(values).flatMap(([name, value]) => (value ? [`${name}=${quoted(value)}`] : []));
  return {
    label: '.env',
    language: 'ini',
    how: 'Keep this out of version control. The snippets below read it.',
    code: lines.join('\n'),
  };
}

/** How to get a token with this app, ready to be copied and run. Empty while there is none to get. */
export function codeSnippets(parts: SnippetParts): Snippet[] {
  const { client, api } = parts;
  if (client.redirect_uris.length > 0) return [signInSnippet(parts)];
  if (client.type === 'device') return [deviceSnippet(parts)];
  if (client.type !== 'machine' || api === undefined) return [];
  return client.auth_method === 'private_key_jwt' ? machineWithKey() : machineWithSecret(parts, api);
}
