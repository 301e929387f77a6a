import { aboutAToken, isOpaque } from '../about-a-token.ts';
import { success } from '../answer.ts';
import type { Steps, TokenParts } from '../parts.ts';
import { describeStored } from './describe-stored.ts';
import { type Description, introspect } from './introspect.ts';

/** Introspection (RFC 7662) of our tokens by an app with a secret. */
export function introspectionSteps(parts: TokenParts): Steps {
  const { checks, exchanges, issuer, ownTokens } = parts;
  return aboutAToken(parts, 'introspection', async ({ caller: { app, secret }, token, now }) => {
    if (!secret) return undefined;
    if (isOpaque(token)) {
      const stored = await exchanges.find(token);
      const description = describeStored(stored, { clientId: app.client.id, issuer, now });
      return description && answer(description);
    }
    const own = ownTokens.read(token);
    return own && answer(await introspect(checks, app, own));
  });
}

const answer = (description: Description) => ({
  answer: success(description),
  scope: description.scope,
});
