import { Refusal } from '../refusal.ts';
import type { AccessTokenClaims } from './claims.ts';

/** All of the wanted scopes must be in the token. @throws {Refusal} insufficient_scope (RFC 6750 §3.1) */
export function checkScopes({ scope = '' }: AccessTokenClaims, wanted: readonly string[]): void {
  const granted = scope.split(' ');
  if (wanted.every((one) => granted.includes(one))) return;
  const needed = wanted.join(' ');
  throw new Refusal('insufficient_scope', `this needs the scope ${needed}`, { scope: needed });
}
