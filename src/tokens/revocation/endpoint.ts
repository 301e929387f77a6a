import { type Asked, aboutAToken, isOpaque } from '../about-a-token.ts';
import { REVOKED } from '../answer.ts';
import { actorOf } from '../caller.ts';
import { isAlive, sessionLives } from '../liveness.ts';
import type { Steps, TokenParts } from '../parts.ts';
import { findStoredToken } from '../storage/stored-token.ts';
import { revokeFamily } from './revoke-family.ts';
import { revokeToken } from './revoke-token.ts';

/** Revocation (RFC 7009) of our tokens by the app that they were issued to. */
export function revocationSteps(parts: TokenParts): Steps {
  return aboutAToken(parts, 'revocation', async (asked) => {
    if (!(await revoke(parts, asked))) return undefined;
    await parts.cap.note(asked.caller.app.client.id);
    return DONE;
  });
}

const DONE = { answer: REVOKED };

/** @returns whether the token was revoked; if not, the ordinary way answers */
async function revoke({ db, ownTokens }: TokenParts, { ctx, caller, token, now }: Asked): Promise<boolean> {
  const clientId = caller.app.client.id;
  const by = { actor: actorOf(ctx, clientId), now };
  if (!isOpaque(token)) {
    const own = ownTokens.read(token);
    if (own?.facts.clientId !== clientId) return false;
    await revokeToken(db, own, by);
    return true;
  }
  if (await revokeFamily(db, { token, clientId, withSession: false }, by)) return true;
  const stored = await findStoredToken(db, token);
  if (!stored) return true;
  if (stored.model !== 'AccessToken') return false;
  // A token that has ended counts as revoked.
  if (!isAlive(stored.payload, now) || !sessionLives(stored, now)) return true;
  return revokeFamily(db, { token, clientId, withSession: true }, by);
}
