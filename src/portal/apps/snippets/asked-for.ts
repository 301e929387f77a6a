import type { SnippetParts } from './parts.ts';

/** What a program asks for a person: who they are, and everything that the app may have of its API, if it has one. */
export function askedFor({ api, scopes = [] }: SnippetParts) {
  const scope = ['openid', 'profile', 'email', ...scopes].join(' ').replaceAll("'", "\\'");
  return {
    variable: api === undefined ? '' : ' RESOURCE,',
    // Without a resource the token would be opaque, and for UserInfo only.
    resource: api === undefined ? '' : 'resource: RESOURCE',
    scope: `scope: '${scope}'`,
    token: api === undefined ? '' : '\nconsole.log(tokens.access_token);',
  };
}
