import { aboutAToken, isOpaque } from '../about-a-token.ts';
import { success } from '../answer.ts';
import type { Steps, TokenParts } from '../parts.ts';
import { findStoredToken } from '../storage/stored-token.ts';
import { describeStored } from './describe-stored.ts';
import { type Description, introspect } from './introspect.ts';

/** Introspection (RFC 7662) of our tokens by an app with a secret. */
export function introspectionSteps(parts: TokenParts): Steps {
  const { checks, db, issuer, ownTokens } = parts;
  return aboutAToken(parts, 'introspection', async ({ caller: { app, secret }, token, now }) => {
    if (!secret) return undefined;
    const own = ownTokens.read(token);
    if (own) return answer(await introspect(checks, app, own));
    if (!isOpaque(token)) return undefined;
    const description = describeStored(await findStoredToken(db, token), { clientId: app.client.id, issuer, now });
    return description && answer(description);
  });
}

const answer = (description: Description) => ({
  answer: success(description),
  scope: description.scope,
});
