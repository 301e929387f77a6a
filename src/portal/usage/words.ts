import { type TextKey, t } from '../../texts/texts.ts';
import { SUCCESS } from '../../usage/outcomes.ts';

const EVENTS = new Map<string, TextKey>([
  ['client_credentials', 'usage.clientCredentials'],
  ['authorization_code', 'usage.authorizationCode'],
  ['refresh_token', 'usage.refreshToken'],
  ['device_code', 'usage.deviceCode'],
  ['token_exchange', 'usage.tokenExchange'],
  ['token', 'usage.token'],
  ['authorization', 'usage.authorization'],
  ['pushed_request', 'usage.pushedRequest'],
  ['device_authorization', 'usage.deviceAuthorization'],
  ['introspection', 'usage.introspection'],
  ['revocation', 'usage.revocation'],
  ['userinfo', 'usage.userinfo'],
]);

/** What kind of request it was. */
export function eventInWords(event: string): string {
  const key = EVENTS.get(event);
  return key ? t(key) : event;
}
export const outcomeInWords = (outcome: string) => (outcome === SUCCESS ? t('usage.success') : outcome);
