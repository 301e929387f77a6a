import { findAlike } from '../../apis/identifiers.ts';
import type { CachedClient, ClientApi } from '../../clients/client-cache.ts';
import { type Epochs, toEp } from '../../revocation/token-epochs.ts';
import type { Form } from '../form.ts';
import { type GrantType, grantTypesOf } from '../grant-types.ts';
import { refreshLifetime, toSeconds } from '../issue/lifetimes.ts';
import { isAlive, isPlain, sessionLives } from '../liveness.ts';
import type { ArtifactPayload } from '../storage/artifacts.ts';
import type { Person, StoredEpochs, StoredToken } from '../storage/stored-token.ts';

/** A grant whose tokens are on behalf of a person. */
export interface PersonalGrant {
  readonly grantType: GrantType;
  /** The parameter with what is used up, and all that a plain request may have. */
  readonly parameter: string;
  readonly parameters: ReadonlySet<string>;
  readonly model: 'RefreshToken' | 'AuthorizationCode' | 'DeviceCode';
  /** Pure. @returns undefined for whatever would be refused, and for what is special */
  readonly decide: (app: CachedClient, stored: StoredToken, asked: Asked) => PersonalOrder | undefined;
  /** How the audit trail and usage call it. */
  readonly event: 'refresh.rotated' | 'code.exchanged' | 'device.exchanged';
  readonly usage: string;
}

/** Where someone brings a code or token for which a person once gave their consent. */
export interface Asked {
  readonly form: Form;
  readonly now: Date;
}

/** What is to be issued on behalf of a person. A later step decides what they may have of the API today. */
export interface PersonalOrder {
  readonly used: UsedToken;
  readonly person: Person;
  /** undefined when the access token is for UserInfo. */
  readonly appApi: ClientApi | undefined;
  /** What the person granted of the API, as far as the code or token has it. */
  readonly apiScopes: readonly string[];
  /** The same of OpenID Connect's scopes. */
  readonly openidScopes: readonly string[];
  /** Whether an ID token is issued, */
  readonly hasIdToken: boolean;
  /** and a refresh token, with what in it. */
  readonly successor: Successor | undefined;
  /** For the access token: the oldest of what all of this was decided on (revocation/token-epochs.ts). */
  readonly ep: readonly number[];
  /** By which grants the tokens came, as oidc-provider notes it. */
  readonly gty: string | undefined;
}

/** A refresh token to be written: its lifetime in seconds. */
export interface Successor {
  readonly payload: ArtifactPayload;
  readonly lifetime: number;
}

export type UsedToken = ArtifactPayload & { readonly grantId: string };

/** What a plain code or token has in it. Anything else (a key that it is bound to, say) is not decided here. */
export const PLAIN_TOKEN: readonly string[] = [
  ...['jti', 'kind', 'iat', 'exp', 'clientId', 'accountId', 'grantId', 'scope', 'resource'],
  ...['acr', 'amr', 'authTime', 'nonce', 'sid', 'sessionUid'],
];
const PLAIN_GRANT = new Set(['jti', 'kind', 'iat', 'exp', 'clientId', 'accountId', 'openid', 'resources', 'rejected']);

/** A grant as it is stored, with what a plain one has in it. */
type GrantPayload = GrantPart & { readonly rejected?: GrantPart };
type GrantPart = { openid?: { scope?: string; claims?: unknown }; resources?: Record<string, string> };

type Consented = Omit<PersonalOrder, 'successor' | 'gty'>;

/**
 * Reads what was found under a code or token as oidc-provider would (RFC 6749 §4.1.3 and §6, RFC 8707 §2.2), and decides
 * nothing that it is not sure of: undefined for whatever would be refused, and for what has something special about it.
 */
export function readConsent(
  app: CachedClient,
  stored: StoredToken,
  { form, now }: Asked,
  plain: { readonly model: string; readonly members: ReadonlySet<string> },
): Consented | undefined {
  const { model, payload: used, consumedAt, person } = stored;
  const { grantId } = used;
  if (model !== plain.model || consumedAt || !person || grantId === undefined) return undefined;
  const grant = isPlain(used, plain.members) && sessionLives(stored, now) && liveGrant(app, stored, now);
  if (!grant) return undefined;
  const resource = form.get('resource') ?? used.resource;
  const appApi = typeof resource === 'string' ? findAlike(app.apis, resource) : undefined;
  if (resource !== undefined && !(appApi && [used.resource].flat().includes(appApi.api.identifier))) return undefined;
  const scopes = words(used.scope);
  // As oidc-provider takes what was refused from what was given.
  const both = (given: string | undefined, leftOut: string | undefined) =>
    words(given).filter((scope) => scopes.includes(scope) && !words(leftOut).includes(scope));
  return {
    used: { ...used, grantId },
    person,
    appApi,
    apiScopes: appApi
      ? both(grant.resources?.[appApi.api.identifier], grant.rejected?.resources?.[appApi.api.identifier])
      : [],
    openidScopes: both(grant.openid?.scope, grant.rejected?.openid?.scope),
    hasIdToken: scopes.includes('openid'),
    ep: appApi ? toEp(app.epochs.incarnation, oldestOf(app, appApi, stored.epochs, person)) : [],
  };
}

function oldestOf(app: CachedClient, { api, epochs }: ClientApi, stored: StoredEpochs, person: Person): Epochs {
  const client = Math.min(app.epochs.client, stored.client);
  const roles = stored.roles[`${person.id} ${api.identifier}`] ?? 0;
  return { ...stored, ...app.epochs, ...epochs, client, roles };
}

/** The grant of a live code or token of this app, when it is plain, and the person's own. */
function liveGrant({ client }: CachedClient, stored: StoredToken, now: Date): GrantPayload | undefined {
  const { payload: used, grant, person } = stored;
  if (!grant || used.grantId !== grant.jti || !isPlain(grant, PLAIN_GRANT)) return undefined;
  const isTheirs = ({ clientId, accountId }: ArtifactPayload) => clientId === client.id && accountId === person?.id;
  if (![used, grant].every((one) => isTheirs(one) && isAlive(one, now))) return undefined;
  const payload = grant as GrantPayload;
  const { openid, rejected } = payload;
  return openid?.claims === undefined && rejected?.openid?.claims === undefined ? payload : undefined;
}

const words = (text: string | undefined) => text?.split(' ').filter(Boolean) ?? [];

/** Members of a code that its refresh token does not take over. */
const OF_A_CODE = new Set(['codeChallenge', 'codeChallengeMethod', 'redirectUri', 'params', 'inFlight', 'deviceInfo']);

/** The refresh token that follows a code or refresh token. It takes over all other members. */
export function successorOf(
  used: UsedToken,
  family: { readonly gty: string | undefined; readonly rotations: number; readonly iiat: number },
  now: Date,
): Successor {
  const iat = toSeconds(now);
  const lifetime = refreshLifetime(family.iiat, iat);
  const handedOn = Object.fromEntries(Object.entries(used).filter(([name]) => !OF_A_CODE.has(name)));
  return { payload: { ...handedOn, ...family, kind: 'RefreshToken', iat, exp: iat + lifetime }, lifetime };
}

/** A family's first refresh token, where the app may have one and the person granted it (OpenID Connect Core §11). */
export function firstOfFamily(
  { client }: CachedClient,
  used: UsedToken,
  { gty, now }: { readonly gty: string; readonly now: Date },
): Successor | undefined {
  if (!words(used.scope).includes('offline_access') || !grantTypesOf(client).includes('refresh_token'))
    return undefined;
  return successorOf(used, { gty, rotations: 0, iiat: toSeconds(now) }, now);
}
