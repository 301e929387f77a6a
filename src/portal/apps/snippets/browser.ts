import { t } from '../../../texts/texts.ts';
import type { Snippet } from '../../../views/models/apps.ts';
import { askedFor } from './asked-for.ts';
import type { SnippetParts } from './parts.ts';

/** A page without a server of its own. It gets literals: there is no environment in a browser, and nothing here is secret. */
export function browserSnippet(parts: SnippetParts): Snippet {
  const { issuer, client, api } = parts;
  const redirectUri = client.redirect_uris[0] ?? 'https://app.example.com/callback';
  const literal = (value: string) => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const code = `import { UserManager } from 'oidc-client-ts';

// Scripts of ${new URL(redirectUri).origin} may call the server: it is the origin of the redirect URI (CORS).
const manager = new UserManager({
  authority: ${literal(issuer)},
  client_id: ${literal(client.id)},
  redirect_uri: ${literal(redirectUri)},
  ${askedFor(parts).scope},${api === undefined ? '' : `\n  resource: ${literal(api)},`}
});

if (location.href.split('?')[0] === manager.settings.redirect_uri && location.search.includes('state=')) {
  await manager.signinRedirectCallback();
  history.replaceState({}, '', '/');
}
const user = await manager.getUser();
if (user && !user.expired) {
  document.body.textContent = \`Hello \${user.profile.name}\`;
  // ${api === undefined ? 'user.access_token is for UserInfo only: choose an API for more.' : 'user.access_token is for your API: send it as Bearer token.'}
} else {
  await manager.signinRedirect();
}`;
  return {
    label: 'oidc-client-ts',
    language: 'javascript',
    how: t('snippets.loadAsModule', { first: 'npm install oidc-client-ts' }),
    code,
  };
}
