import type { CachedClient } from '../../clients/client-cache.ts';
import { OF_THE_CALLER } from '../caller.ts';
import { DEVICE_CODE_GRANT } from '../grant-types.ts';
import type { StoredToken } from '../storage/stored-token.ts';
import {
  type Asked,
  firstOfFamily,
  type PersonalGrant,
  type PersonalOrder,
  PLAIN_TOKEN,
  readConsent,
} from './personal.ts';

const GTY = 'device_code';
const PLAIN = { model: 'DeviceCode', members: new Set([...PLAIN_TOKEN, 'params', 'inFlight', 'deviceInfo']) };

/** RFC 8628 §3.4, once the person has said yes. Who has to wait, is too fast or was refused is told by oidc-provider. */
function decide(app: CachedClient, stored: StoredToken, asked: Asked): PersonalOrder | undefined {
  const consented = readConsent(app, stored, asked, PLAIN);
  return (
    consented && { ...consented, gty: GTY, successor: firstOfFamily(app, consented.used, { gty: GTY, now: asked.now }) }
  );
}

export const deviceCodeGrant: PersonalGrant = {
  grantType: DEVICE_CODE_GRANT,
  parameter: 'device_code',
  parameters: new Set(['grant_type', 'device_code', 'resource', ...OF_THE_CALLER]),
  model: 'DeviceCode',
  decide,
  event: 'device.exchanged',
  usage: 'device_code',
};
