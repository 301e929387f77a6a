import { t } from '../../../texts/texts.ts';
import type { Snippet } from '../../../views/models/apps.ts';
import { browserSnippet } from './browser.ts';
import { deviceSnippets } from './device.ts';
import { machineWithKey, machineWithSecret } from './machine.ts';
import { nativeSnippets } from './native.ts';
import { quoted, type SnippetParts } from './parts.ts';
import { signInSnippet } from './sign-in.ts';
import { webSnippets } from './web.ts';

/** The lines of a .env file, which every other snippet reads its values from. */
export function envSnippet({ issuer, client, api, scopes = [], secret }: SnippetParts): Snippet {
  const values: Record<string, string | undefined> = {
    ISSUER: issuer,
    CLIENT_ID: client.id,
    CLIENT_SECRET: client.auth_method.startsWith('client_secret') ? (secret ?? 'PASTE_THE_SECRET_HERE') : undefined,
    PRIVATE_KEY_FILE: client.auth_method === 'private_key_jwt' ? `${client.id}-private-key.json` : undefined,
    RESOURCE: api,
    REDIRECT_URI: client.redirect_uris[0],
    SCOPE: client.type === 'web' ? ['openid', 'profile', 'email', ...scopes].join(' ') : undefined,
  };
  const lines = Object.entries(values).flatMap(([name, value]) => (value ? [`${name}=${quoted(value)}`] : []));
  return {
    label: '.env',
    language: 'ini',
    how: t('snippets.env'),
    code: lines.join('\n'),
  };
}

/** How to get a token with this app, ready to be copied and run. Empty while there is none to get. */
export function codeSnippets(parts: SnippetParts): Snippet[] {
  const { client, api } = parts;
  if (client.type === 'device') return deviceSnippets(parts);
  if (client.redirect_uris.length > 0) return signInSnippets(parts);
  if (client.type !== 'machine' || api === undefined) return [];
  return client.auth_method === 'private_key_jwt' ? machineWithKey() : machineWithSecret(parts, api);
}

/** What people use for an app of this kind. A web app that signs assertions needs a library that can: openid-client. */
function signInSnippets(parts: SnippetParts): Snippet[] {
  const { type, auth_method: method } = parts.client;
  if (type === 'spa') return [browserSnippet(parts)];
  if (type !== 'web') return nativeSnippets(parts);
  const others = method.startsWith('client_secret') ? webSnippets(parts) : [];
  return [...others, signInSnippet(parts)];
}
