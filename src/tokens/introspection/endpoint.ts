import { SUCCESS } from '../../usage/outcomes.ts';
import { success } from '../answer.ts';
import { authenticate, noteSecretUse, OF_THE_CALLER } from '../caller.ts';
import { hasOnly, readForm } from '../form.ts';
import type { Steps, TokenParts } from '../parts.ts';
import { introspect } from './introspect.ts';

const PARAMETERS: ReadonlySet<string> = new Set(['token', 'token_type_hint', ...OF_THE_CALLER]);

/** Introspection (RFC 7662) of a JWT of ours by an app with a secret; oidc-provider refuses the token at its end. */
export function introspectionSteps(parts: TokenParts): Steps {
  return async ({ ctx, authorization, body, now }) => {
    const form = readForm(body);
    if (!form || !hasOnly(form, PARAMETERS)) return undefined;
    const caller = await authenticate(parts, authorization, form, now);
    const token = caller?.secret && parts.ownTokens.read(form.get('token') ?? '');
    if (!token) return undefined;
    await noteSecretUse(parts.secretUses, caller.secret);
    const answer = await introspect(parts.checks, caller.app, token);
    const { requestId } = ctx.state;
    const clientId = caller.app.client.id;
    parts.note({ at: parts.clock(), clientId, api: undefined, event: 'introspection', outcome: SUCCESS, requestId });
    return success(answer);
  };
}
