import type { CachedClient } from '../clients/client-cache.ts';
import { isDatabaseFailure } from '../db/connections/failures.ts';
import { randomText } from '../http/random-text.ts';
import type { WholeAnswer } from '../http/serving/at-once.ts';
import { describeLeftOut, type LeftOut } from '../usage/left-out.ts';
import { SUCCESS } from '../usage/outcomes.ts';
import { success, UNAVAILABLE } from './answer.ts';
import { actorOf, type Caller, noteSecretUse } from './caller.ts';
import type { Form } from './form.ts';
import type { PersonalGrant, PersonalOrder } from './grants/personal.ts';
import { findGroups, needsGroups, signedInOf } from './issue/claims.ts';
import { issueAccessToken, issueIdToken } from './issue/issue.ts';
import { lifetimes, toSeconds } from './issue/lifetimes.ts';
import { isSmall } from './issue/token-size.ts';
import { leftOutOf } from './left-out.ts';
import type { PlainRequest, TokenParts } from './parts.ts';
import { findPersonalUse } from './personal-use.ts';
import { termsOf } from './refresh-retry.ts';
import { toArtifactRow } from './storage/artifacts.ts';
import { toRetryRow } from './storage/refresh-retries.ts';

interface Asking {
  readonly grant: PersonalGrant;
  readonly caller: Caller;
  readonly form: Form;
}

/**
 * A code, device code or refresh token for tokens: read in one statement, decided, issued, and written in one statement, as
 * oidc-provider's exchange is. A request that loses a race, would be refused or is special goes on to oidc-provider, and
 * nothing of it has been written.
 */
export async function exchange(
  parts: TokenParts,
  request: PlainRequest,
  asking: Asking,
): Promise<WholeAnswer | undefined> {
  try {
    return await attempt(parts, request, asking);
  } catch (err) {
    if (!isDatabaseFailure(err)) throw err;
    // The ordinary way does not try again: this try may have been written, and then a second one looks like reuse.
    request.ctx.state.log.error({ err }, 'an exchange failed');
    note(parts, request, asking, { outcome: 'temporarily_unavailable' });
    return UNAVAILABLE;
  }
}

async function attempt(parts: TokenParts, request: PlainRequest, asking: Asking): Promise<WholeAnswer | undefined> {
  const { grant, caller, form } = asking;
  const token = form.get(grant.parameter);
  const stored = token === undefined ? undefined : await parts.exchanges.find(token);
  const order = stored && grant.decide(caller.app, stored, { form, now: request.now });
  const access = order && (await decideAccess(parts, order, caller.app));
  if (!order || !access || token === undefined) return undefined;
  await noteSecretUse(parts.secretUses, caller.secret);
  const answer = await issue(parts, { asking, order, access, now: request.now });
  if (!(await writeExchange(parts, request, { ...asking, token, order, access, answer }))) return undefined;
  request.ctx.state.grantType = grant.grantType;
  const { scope, leftOut } = access;
  const detail = describeLeftOut(leftOut);
  note(parts, request, asking, { api: order.appApi?.api.id, outcome: SUCCESS, scope, detail });
  return success(answer);
}

/** What the access token may be used for. */
interface Access {
  readonly scope: string;
  readonly roles?: readonly string[] | undefined;
  readonly leftOut: readonly LeftOut[];
}

/** What the person may have of the API today. @returns undefined when that is nothing, or too much for one token */
async function decideAccess(
  { db }: TokenParts,
  order: PersonalOrder,
  { apis }: CachedClient,
): Promise<Access | undefined> {
  const { appApi, person, apiScopes, openidScopes, hasIdToken, used } = order;
  // For UserInfo (OpenID Connect Core §5.3).
  if (!appApi) return hasIdToken ? { scope: openidScopes.join(' '), leftOut: [] } : undefined;
  const { granted: allowed, withheld, roleNames: roles } = await findPersonalUse(db, person.id, appApi);
  const granted = apiScopes.filter((one) => allowed.includes(one));
  const scope = granted.join(' ');
  if (scope === '' || !isSmall(scope, roles)) return undefined;
  return { scope, roles, leftOut: leftOutOf({ source: used, granted, appApi, apis, withheld }) };
}

interface Answer {
  readonly access_token: string;
  readonly expires_in: number;
  readonly id_token: string | undefined;
  readonly refresh_token: string | undefined;
  readonly scope: string;
  readonly token_type: 'Bearer';
}

interface Issuing {
  readonly asking: Asking;
  readonly order: PersonalOrder;
  readonly access: Access;
  readonly now: Date;
}

/** The response of RFC 6749 §5.1, its members in the provider's order. */
async function issue(parts: TokenParts, { asking, order, access, now }: Issuing): Promise<Answer> {
  const { used, person, appApi, openidScopes } = order;
  const { client } = asking.caller.app;
  const { nonce, sid, grantId } = used;
  const signedIn = signedInOf(used);
  // One more statement, for those alone who ask.
  const asksForGroups = order.hasIdToken && needsGroups(client, openidScopes);
  const groups = asksForGroups ? await findGroups(parts.db, person.id) : undefined;
  const facts = { ...access, subject: person.id, clientId: client.id, grantId, signedIn, ep: order.ep, now };
  return {
    access_token: appApi ? await issueAccessToken(parts, { ...facts, api: appApi.api }) : randomText(),
    expires_in: appApi?.api.token_lifetime ?? lifetimes.accessToken,
    id_token: order.hasIdToken
      ? await issueIdToken(parts, { client, person, scopes: openidScopes, groups, signedIn, nonce, sid, now })
      : undefined,
    refresh_token: order.successor && randomText(),
    scope: access.scope,
    token_type: 'Bearer',
  };
}

interface Writing extends Asking {
  readonly token: string;
  readonly order: PersonalOrder;
  readonly access: Access;
  readonly answer: Answer;
}

/** Uses it up and writes what follows, with the audit event. @returns whether this request was the one to use it */
function writeExchange({ exchanges }: TokenParts, { ctx, now }: PlainRequest, writing: Writing): Promise<boolean> {
  const { grant, caller, form, token, order, answer } = writing;
  const { id: clientId, refresh_retry_seconds: seconds } = caller.app.client;
  const { successor, person, used } = order;
  const { refresh_token: refreshToken } = answer;
  // The direct way takes no request with a proof or a scope.
  const resource = form.get('resource') === undefined ? undefined : order.appApi?.api.identifier;
  const terms = termsOf({ resource, granted: used.resource });
  const mayAskAgain = grant.model === 'RefreshToken' && seconds > 0 && refreshToken !== undefined;
  const writes = {
    consumed: { model: grant.model, id: token },
    issued: [
      ...(order.appApi ? [] : [toAccessTokenRow(writing, now)]),
      ...(successor && refreshToken ? [toArtifactRow('RefreshToken', { id: refreshToken, ...successor, now })] : []),
    ],
    retries: mayAskAgain ? [toRetryRow({ token, successor: refreshToken, response: answer, terms, seconds, now })] : [],
    events: [{ type: grant.event, clientId, accountId: person.id, grantId: used.grantId }],
  };
  return exchanges.write(writes, { actor: () => actorOf(ctx, clientId), now });
}

/** An access token for UserInfo, as oidc-provider stores and reads it. */
function toAccessTokenRow({ caller, order, access, answer }: Writing, now: Date) {
  const { accountId, clientId, grantId, sid, sessionUid, expiresWithSession } = order.used;
  const extra = { grant_id: grantId, ...signedInOf(order.used) };
  const iat = toSeconds(now);
  const times = { iat, exp: iat + answer.expires_in };
  const source = { accountId, clientId, grantId, sid, sessionUid, expiresWithSession, gty: order.gty };
  const payload = { ...times, ...source, kind: 'AccessToken', scope: access.scope, extra };
  const row = toArtifactRow('AccessToken', { id: answer.access_token, payload, lifetime: answer.expires_in, now });
  return { ...row, client_tokens_epoch: caller.app.epochs['client-tokens'] };
}

function note(
  parts: TokenParts,
  { ctx }: PlainRequest,
  { grant, caller }: Asking,
  {
    api,
    outcome,
    scope,
    detail,
  }: { api?: string | undefined; outcome: string; scope?: string; detail?: string | undefined },
): void {
  const { requestId } = ctx.state;
  const clientId = caller.app.client.id;
  parts.note({ at: parts.clock(), clientId, api, event: grant.usage, outcome, detail, scope, requestId });
}
