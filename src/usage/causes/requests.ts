import type { Causes } from './cause.ts';

/** The request itself. */
export const requests = {
  invalid_request: [
    {
      detail: /PKCE|code_challenge/,
      cause: 'The authorization request has no code_challenge, or one that is not S256.',
      fix: 'Turn PKCE on in your library: code_challenge and code_challenge_method=S256.',
    },
    {
      detail: /openid scope must be requested/,
      cause: 'The request has a parameter of OpenID Connect, such as nonce, but not the scope openid.',
      fix: 'Add openid to the scope, or leave the parameter out.',
    },
    {
      detail: /missing required/,
      cause: 'A parameter is missing; the server’s answer names it.',
      fix: 'Send it in the form body, as application/x-www-form-urlencoded and not as JSON.',
    },
    {
      detail: /provided twice/,
      cause: 'A parameter came twice.',
      fix: 'Send every parameter once.',
    },
    {
      detail: /only be provided using one mechanism/,
      cause: 'The app proved who it is in two ways at once.',
      fix: 'Send the secret in the Authorization header or in the body, not in both.',
    },
    {
      detail: /Pushed Authorization Request/,
      cause: 'This app must push its authorization requests first.',
      fix: 'Send the parameters to /request, and the person with the request_uri from its answer. Or change the app’s settings.',
    },
    {
      detail: /origin .* not allowed/,
      cause: 'A browser called from a page whose origin is not one of the app’s redirect URIs.',
      fix: 'Register a redirect URI of that origin. An app with a secret must call from its server.',
    },
    {
      detail: /response_type/,
      cause: 'This kind of app may not ask people to sign in.',
      fix: 'Register a web, single-page or native app for that.',
    },
    {
      detail: /not issued to this app/,
      cause: 'The app tried to revoke a token of another app.',
      fix: 'Revoke with the client id that the token was issued to.',
    },
    {
      detail: /content-type|parse/,
      cause: 'The body is not a form.',
      fix: 'Send application/x-www-form-urlencoded.',
    },
    {
      detail: /id_token_hint/,
      cause: 'The id_token_hint is not an ID token of this app.',
      fix: 'Send the ID token of the person’s last sign-in, or leave it out.',
    },
    {
      detail: /client_assertion/,
      cause: 'The client_assertion is not a JWT of the kind that is expected.',
      fix: 'Send a signed JWT, with client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer.',
    },
    {
      cause: 'The request is not one that the standards allow.',
      fix: 'Read what the server said, and compare with the documentation of your library.',
    },
  ],
  invalid_redirect_uri: [
    {
      cause: 'The redirect_uri is not registered for this app.',
      fix: 'Register it on the app’s page. It is compared letter by letter: scheme, port, path and slash at the end.',
    },
  ],
  invalid_request_uri: [
    {
      cause: 'The pushed request is unknown, expired after a minute, or was used before.',
      fix: 'Push a new request for every sign-in, and send the person on at once.',
    },
  ],
  invalid_request_object: [
    { cause: 'The request object cannot be read.', fix: 'Send plain parameters, or push the request to /request.' },
  ],
  unsupported_response_type: [
    { cause: 'This server has only the code flow.', fix: 'Send response_type=code, with PKCE.' },
  ],
  unsupported_response_mode: [
    { cause: 'This server does not have that response_mode.', fix: 'Leave response_mode out.' },
  ],
} satisfies Causes;
