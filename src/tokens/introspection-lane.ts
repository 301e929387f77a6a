import type { Context, Middleware } from 'koa';
import type { Kysely } from 'kysely';
import type { CachedClient, ClientCache } from '../clients/client-cache.ts';
import type { SecretUses } from '../clients/secrets/uses.ts';
import type { KnownSecret } from '../clients/token-clients.ts';
import type { Tables } from '../db/tables/tables.ts';
import type { RequestState } from '../http/context.ts';
import { readAhead } from '../http/input/read-ahead.ts';
import type { AtOnce, WholeAnswer } from '../http/serving/at-once.ts';
import type { OwnToken, OwnTokens } from '../keys/signatures/own-tokens.ts';
import type { RevocationChecks } from '../revocation/checks.ts';
import { SUCCESS } from '../usage/outcomes.ts';
import type { NoteUsage } from '../usage/recorder.ts';
import { introspect } from './introspect.ts';
import {
  attempt,
  findCaller,
  isPlainPost,
  liveSecret,
  readCredentials,
  readForm,
  SUCCESS_HEADERS,
} from './plain-request.ts';

export interface IntrospectionLaneParts {
  readonly clientCache: ClientCache;
  readonly db: Kysely<Tables>;
  readonly ownTokens: OwnTokens;
  readonly checks: RevocationChecks;
  readonly secretUses: SecretUses;
  readonly note: NoteUsage;
  readonly clock: () => Date;
  readonly atOnce: AtOnce;
}

/**
 * Introspection of a JWT of ours by an app with a secret, answered without entering oidc-provider, which would refuse the
 * token at its end and leave the answer to structured-tokens.ts. Everything else, every error included, goes on untouched.
 * test/http/introspection-lane.test.ts finds the answers of both ways alike.
 */
export function introspectionLane(parts: IntrospectionLaneParts): Middleware<RequestState> {
  const prepare = async (ctx: Context): Promise<WholeAnswer | undefined> => {
    const body = await readAhead(ctx);
    const question = await readQuestion(parts, ctx.headers.authorization, body.toString('latin1'));
    if (!question) return undefined;
    const ended = parts.secretUses.note(question.secret);
    if (ended !== undefined) await ended;
    const answer = await introspect(parts.checks, question.caller, question.token);
    noteIntrospection(parts, question.caller, ctx.state.requestId);
    return { headers: SUCCESS_HEADERS, body: JSON.stringify(answer) };
  };
  return async (ctx, next) => {
    const isPlain = isPlainPost(ctx, '/token/introspection', parts.atOnce);
    const answer = isPlain ? await attempt(ctx, prepare) : undefined;
    if (!answer) return next();
    parts.atOnce.answer(ctx, answer);
  };
}

interface Question {
  readonly caller: CachedClient;
  readonly secret: KnownSecret;
  readonly token: OwnToken;
}

const PARAMETERS = new Set(['token', 'token_type_hint', 'client_id', 'client_secret']);

/** Who asks about which token of ours, or undefined when the request is not for this lane. */
async function readQuestion(
  parts: IntrospectionLaneParts,
  authorization: string | undefined,
  body: string,
): Promise<Question | undefined> {
  const form = readForm(body, PARAMETERS);
  const credentials = form && readCredentials(authorization, form);
  const caller = credentials && (await findCaller(parts, credentials));
  const secret = caller && liveSecret(caller, credentials.secret, parts.clock());
  if (!secret) return undefined;
  const token = parts.ownTokens.read(form.get('token') ?? '');
  return token && { caller, secret, token };
}

function noteIntrospection({ note, clock }: IntrospectionLaneParts, { client }: CachedClient, requestId: string): void {
  note({ at: clock(), clientId: client.id, api: undefined, event: 'introspection', outcome: SUCCESS, requestId });
}
