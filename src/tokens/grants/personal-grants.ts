import { authorizationCodeGrant } from './authorization-code.ts';
import { deviceCodeGrant } from './device-code.ts';
import type { PersonalGrant } from './personal.ts';
import { refreshTokenGrant } from './refresh-token.ts';

/** `grant_type` → the grant, of those whose tokens are on behalf of a person. */
export const PERSONAL_GRANTS: ReadonlyMap<string, PersonalGrant> = new Map(
  [refreshTokenGrant, authorizationCodeGrant, deviceCodeGrant].map((grant) => [grant.grantType, grant]),
);
