import { SUCCESS } from '../../usage/outcomes.ts';
import { REVOKED } from '../answer.ts';
import { actorOf, authenticate, noteSecretUse, OF_THE_CALLER } from '../caller.ts';
import { hasOnly, readForm } from '../form.ts';
import type { Steps, TokenParts } from '../parts.ts';
import { revokeToken } from './revoke-token.ts';

const PARAMETERS: ReadonlySet<string> = new Set(['token', 'token_type_hint', ...OF_THE_CALLER]);

/** Revocation (RFC 7009) of a JWT of ours by the app that it was issued to. */
export function revocationSteps(parts: TokenParts): Steps {
  return async ({ ctx, authorization, body, now }) => {
    const form = readForm(body);
    if (!form || !hasOnly(form, PARAMETERS)) return undefined;
    const caller = await authenticate(parts, authorization, form, now);
    const token = caller && parts.ownTokens.read(form.get('token') ?? '');
    const clientId = caller?.app.client.id;
    if (!caller || !token || token.facts.clientId !== clientId) return undefined;
    await noteSecretUse(parts.secretUses, caller.secret);
    await revokeToken(parts.db, token, { actor: actorOf(ctx, clientId), now });
    const { requestId } = ctx.state;
    parts.note({ at: parts.clock(), clientId, api: undefined, event: 'revocation', outcome: SUCCESS, requestId });
    return REVOKED;
  };
}
