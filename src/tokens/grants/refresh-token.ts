import type { CachedClient } from '../../clients/client-cache.ts';
import { OF_THE_CALLER } from '../caller.ts';
import { grantTypesOf } from '../grant-types.ts';
import type { StoredToken } from '../storage/stored-token.ts';
import {
  type Asked,
  type PersonalGrant,
  type PersonalOrder,
  PLAIN_TOKEN,
  readConsent,
  successorOf,
} from './personal.ts';

const GTY = 'refresh_token';
const PLAIN = { model: 'RefreshToken', members: new Set([...PLAIN_TOKEN, 'iiat', 'rotations', 'gty']) };

/** RFC 6749 §6, of a token that nobody has used. Retries and reuse are for oidc-provider to judge. */
function decide(app: CachedClient, stored: StoredToken, asked: Asked): PersonalOrder | undefined {
  if (!grantTypesOf(app.client).includes('refresh_token')) return undefined;
  const consented = readConsent(app, stored, asked, PLAIN);
  if (consented?.used.iiat === undefined) return undefined;
  const { iiat, rotations = 0 } = consented.used;
  const gty = refreshed(consented.used.gty);
  return {
    ...consented,
    gty,
    successor: successorOf(consented.used, { gty, rotations: rotations + 1, iiat }, asked.now),
  };
}

const refreshed = (gty: string | undefined) => (!gty || gty.endsWith(GTY) ? gty : `${gty} ${GTY}`);

export const refreshTokenGrant: PersonalGrant = {
  grantType: 'refresh_token',
  parameter: 'refresh_token',
  parameters: new Set(['grant_type', 'refresh_token', 'resource', ...OF_THE_CALLER]),
  model: 'RefreshToken',
  decide,
  event: 'refresh.rotated',
  usage: 'refresh_token',
};
