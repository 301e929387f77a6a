import { t } from '../../../texts/texts.ts';
import type { Snippet } from '../../../views/models/apps.ts';
import type { SnippetParts } from './parts.ts';
import { signInSnippet } from './sign-in.ts';

/** A program on somebody's own machine or phone. */
export function nativeSnippets(parts: SnippetParts): Snippet[] {
  const { issuer, client, api, scopes = [] } = parts;
  const quoted = (value: string) => JSON.stringify(value).replaceAll('$', '\\$');
  const values = {
    issuer: quoted(issuer),
    clientId: quoted(client.id),
    redirectUri: quoted(client.redirect_uris[0] ?? 'http://127.0.0.1/callback'),
    scopes: ['openid', 'profile', 'email', ...scopes].map((scope) => quoted(scope)).join(', '),
    resource: api === undefined ? undefined : quoted(api),
  };
  return [
    signInSnippet(parts),
    {
      label: 'Android',
      language: 'kotlin',
      how: `${t('snippets.withPackage', { name: 'net.openid:appauth' })} ${t('snippets.notRun')}`,
      code: kotlin(values),
    },
    { label: 'iOS', language: 'swift', how: `${t('snippets.withSwift')} ${t('snippets.notRun')}`, code: swift(values) },
  ];
}

interface Values {
  readonly issuer: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly scopes: string;
  readonly resource: string | undefined;
}

const kotlin = ({ issuer, clientId, redirectUri, scopes, resource }: Values) =>
  `val issuer = Uri.parse(${issuer})
AuthorizationServiceConfiguration.fetchFromIssuer(issuer) { server, problem ->
    if (server == null) throw problem!!
    val request = AuthorizationRequest.Builder(server, ${clientId}, ResponseTypeValues.CODE, Uri.parse(${redirectUri}))
        .setScopes(${scopes})${
          resource === undefined
            ? ''
            : `
        .setAdditionalParameters(mapOf("resource" to ${resource}))`
        }
        .build() // AppAuth adds PKCE, state and nonce by itself
    startActivityForResult(AuthorizationService(this).getAuthorizationRequestIntent(request), SIGN_IN)
}

// in onActivityResult, for SIGN_IN
val response = AuthorizationResponse.fromIntent(data!!)!!
AuthorizationService(this).performTokenRequest(response.createTokenExchangeRequest()) { tokens, problem ->
    if (tokens == null) throw problem!!
    Log.i("Latchkey", "signed in, the access token lives until \${tokens.accessTokenExpirationTime}")
}`;

const swift = ({ issuer, clientId, redirectUri, scopes, resource }: Values) =>
  `OIDAuthorizationService.discoverConfiguration(forIssuer: URL(string: ${swiftly(issuer)})!) { server, error in
    guard let server else { return print(error!) }
    let request = OIDAuthorizationRequest(
        configuration: server,
        clientId: ${swiftly(clientId)},
        scopes: [${swiftly(scopes)}],
        redirectURL: URL(string: ${swiftly(redirectUri)})!,
        responseType: OIDResponseTypeCode,
        additionalParameters: ${resource === undefined ? 'nil' : `["resource": ${swiftly(resource)}]`}
    ) // AppAuth adds PKCE, state and nonce by itself
    self.flow = OIDAuthState.authState(byPresenting: request, presenting: self) { state, error in
        guard let state else { return print(error!) }
        print("signed in, the access token lives until", state.lastTokenResponse!.accessTokenExpirationDate!)
    }
}`;

/** Kotlin reads a dollar sign as the beginning of a value; Swift does not. */
const swiftly = (kotlinText: string) => kotlinText.replaceAll('\\$', '$');
