import { SUCCESS } from '../../usage/outcomes.ts';

const EVENTS = new Map([
  ['client_credentials', 'Token (client credentials)'],
  ['authorization_code', 'Token for a code'],
  ['refresh_token', 'Refresh'],
  ['device_code', 'Token for a device'],
  ['token_exchange', 'Token exchange'],
  ['token', 'Token request'],
  ['authorization', 'Sign-in'],
  ['pushed_request', 'Pushed request'],
  ['device_authorization', 'Device code'],
  ['introspection', 'Introspection'],
  ['revocation', 'Revocation'],
  ['userinfo', 'UserInfo'],
]);

/** What kind of request it was. */
export const eventInWords = (event: string) => EVENTS.get(event) ?? event;
export const outcomeInWords = (outcome: string) => (outcome === SUCCESS ? 'success' : outcome);
