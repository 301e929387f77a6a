import type { ParameterizedContext } from 'koa';
import { isDatabaseFailure } from '../db/connections/failures.ts';
import type { RequestState } from '../http/context.ts';
import type { WholeAnswer } from '../http/serving/at-once.ts';
import { SUCCESS } from '../usage/outcomes.ts';
import { UNAVAILABLE } from './answer.ts';
import { authenticate, type Caller, noteSecretUse, OF_THE_CALLER } from './caller.ts';
import { hasOnly, readForm } from './form.ts';
import type { PlainRequest, Steps, TokenParts } from './parts.ts';

const PARAMETERS: ReadonlySet<string> = new Set(['token', 'token_type_hint', ...OF_THE_CALLER]);

/** A request about one token, of an app that has proved who it is. */
export interface Asked {
  readonly ctx: ParameterizedContext<RequestState>;
  readonly caller: Caller;
  readonly token: string;
  readonly now: Date;
}

export interface Done {
  readonly answer: WholeAnswer;
  /** What the answer says that the token is for. */
  readonly scope?: string | undefined;
}

/** What an endpoint does about a token. @returns undefined for the ordinary way */
type Act = (asked: Asked) => Promise<Done | undefined>;

/** What introspection (RFC 7662 §2.1) and revocation (RFC 7009 §2.1) have in common: one form, and who asks. */
export function aboutAToken(parts: TokenParts, event: 'introspection' | 'revocation', act: Act): Steps {
  return async ({ ctx, authorization, body, now }: PlainRequest) => {
    const form = readForm(body);
    const token = form?.get('token');
    if (!form || token === undefined || !hasOnly(form, PARAMETERS)) return undefined;
    const caller = await authenticate(parts, authorization, form, now);
    if (!caller) return undefined;
    const { requestId, log } = ctx.state;
    const noted = { clientId: caller.app.client.id, api: undefined, event, requestId };
    try {
      await noteSecretUse(parts.secretUses, caller.secret);
      const done = await act({ ctx, caller, token, now });
      if (done) parts.note({ ...noted, at: parts.clock(), outcome: SUCCESS, scope: done.scope });
      return done?.answer;
    } catch (err) {
      if (!isDatabaseFailure(err)) throw err;
      // Not tried again on the ordinary way: the caller has waited for the database already.
      log.error({ err }, `${event} failed`);
      parts.note({ ...noted, at: parts.clock(), outcome: 'temporarily_unavailable' });
      return UNAVAILABLE;
    }
  };
}

/** Tokens that are not JWTs, as this server makes them. */
const OPAQUE = /^[\w-]{43}$/;

export const isOpaque = (token: string) => OPAQUE.test(token);
