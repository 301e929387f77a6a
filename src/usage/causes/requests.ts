import type { Causes } from './cause.ts';

/** The request itself. */
export const requests = {
  invalid_request: [
    {
      detail: /PKCE|code_challenge/,
      why: 'noPkce',
    },
    {
      detail: /openid scope must be requested/,
      why: 'noOpenid',
    },
    {
      detail: /missing required/,
      why: 'parameterMissing',
    },
    {
      detail: /provided twice/,
      why: 'parameterTwice',
    },
    {
      detail: /only be provided using one mechanism/,
      why: 'twoWays',
    },
    {
      detail: /Pushed Authorization Request/,
      why: 'mustPush',
    },
    {
      detail: /origin .* not allowed/,
      why: 'originUnknown',
    },
    {
      detail: /response_type/,
      why: 'noSignIns',
    },
    {
      detail: /not issued to this app/,
      why: 'revokeOther',
    },
    {
      detail: /content-type|parse/,
      why: 'noForm',
    },
    {
      detail: /id_token_hint/,
      why: 'hintWrong',
    },
    {
      detail: /client_assertion/,
      why: 'assertionForm',
    },
    {
      why: 'notStandard',
    },
  ],
  invalid_redirect_uri: [
    {
      why: 'redirectUnknown',
    },
  ],
  invalid_request_uri: [
    {
      why: 'pushedGone',
    },
  ],
  invalid_request_object: [{ why: 'objectUnreadable' }],
  unsupported_response_type: [{ why: 'onlyCode' }],
  unsupported_response_mode: [{ why: 'noSuchMode' }],
} satisfies Causes;
