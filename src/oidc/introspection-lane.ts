import type { Context, Middleware } from 'koa';
import type { Catalog, CatalogEntry } from '../clients/catalog.ts';
import type { KnownSecret } from '../clients/find-clients.ts';
import type { SecretUses } from '../clients/secret-uses.ts';
import type { OwnToken, OwnTokens } from '../keys/own-tokens.ts';
import type { RevocationChecks } from '../revocation/checks.ts';
import { SUCCESS } from '../usage/outcomes.ts';
import type { NoteUsage } from '../usage/recorder.ts';
import { introspect } from './introspect.ts';
import { liveSecret, plainForm, readCredentials } from './plain-request.ts';

export interface IntrospectionLaneParts {
  readonly catalog: Catalog;
  readonly ownTokens: OwnTokens;
  readonly checks: RevocationChecks;
  readonly secretUses: SecretUses;
  readonly note: NoteUsage;
  readonly clock: () => Date;
}

/**
 * Introspection of a JWT of ours by an app with a secret, answered without entering oidc-provider, which would refuse the
 * token at its end and leave the answer to structured-tokens.ts. Everything else, every error included, goes on untouched.
 * test/http/introspection-lane.test.ts finds the answers of both ways alike.
 */
export function introspectionLane(parts: IntrospectionLaneParts): Middleware {
  return async (ctx, next) => {
    const question = readQuestion(ctx, parts);
    if (!question) return next();
    const ended = parts.secretUses.note(question.secret);
    if (ended !== undefined) await ended;
    ctx.set(HEADERS);
    ctx.body = await introspect(parts.checks, question.caller, question.token);
    parts.note({
      at: parts.clock(),
      clientId: question.caller.client.id,
      api: undefined,
      event: 'introspection',
      outcome: SUCCESS,
      requestId: ctx.state.requestId,
    });
  };
}

/** The provider's headers for a success. */
const HEADERS = {
  Vary: 'Origin',
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'WWW-Authenticate',
  'Cache-Control': 'no-store',
};

interface Question {
  readonly caller: CatalogEntry;
  readonly secret: KnownSecret;
  readonly token: OwnToken;
}

const PARAMETERS = new Set(['token', 'token_type_hint', 'client_id', 'client_secret']);

function readQuestion(ctx: Context, { catalog, ownTokens, clock }: IntrospectionLaneParts): Question | undefined {
  if (ctx.path !== '/token/introspection') return undefined;
  const form = plainForm(ctx, PARAMETERS);
  const credentials = form && readCredentials(ctx.headers.authorization, form);
  const caller = credentials && catalog.peek(credentials.clientId);
  const secret = caller && liveSecret(caller, credentials.secret, clock());
  if (!secret) return undefined;
  const token = ownTokens.read(form.get('token') ?? '');
  return token && { caller, secret, token };
}
