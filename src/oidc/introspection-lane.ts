import type { Context, Middleware } from 'koa';
import type { Catalog, CatalogEntry } from '../clients/catalog.ts';
import type { RevocationChecks } from '../revocation/checks.ts';
import { introspect } from './introspect.ts';
import type { OwnToken, OwnTokens } from './own-tokens.ts';
import { hasSecret, plainForm, readCredentials } from './plain-request.ts';

export interface IntrospectionLaneParts {
  readonly catalog: Catalog;
  readonly ownTokens: OwnTokens;
  readonly checks: RevocationChecks;
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
    ctx.set(HEADERS);
    ctx.body = await introspect(parts.checks, question.caller, question.token);
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
  readonly token: OwnToken;
}

const PARAMETERS = new Set(['token', 'token_type_hint', 'client_id', 'client_secret']);

function readQuestion(ctx: Context, { catalog, ownTokens, clock }: IntrospectionLaneParts): Question | undefined {
  if (ctx.path !== '/token/introspection') return undefined;
  const form = plainForm(ctx, PARAMETERS);
  const credentials = form && readCredentials(ctx.headers.authorization, form);
  const caller = credentials && catalog.peek(credentials.clientId);
  if (!caller || !hasSecret(caller, credentials.secret, clock())) return undefined;
  const token = ownTokens.read(form.get('token') ?? '');
  return token && { caller, token };
}
