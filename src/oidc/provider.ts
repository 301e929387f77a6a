/**
 * The provider with what has to be overridden. Everything that depends on internals of oidc-provider 9.13.3 is in this
 * file and in device/flow.ts, each with its reason; the version is pinned exactly, and specs go red when an upgrade
 * changes it.
 */
import {
  type Client,
  type Configuration,
  errors,
  type KoaContextWithOIDC,
  Provider,
  type TokenEndpointGrantContext,
} from 'oidc-provider';
import type { HouseRules } from '../access.ts';
import type { CachedClient, ClientCache } from '../clients/client-cache.ts';
import { liveSecret } from '../clients/secrets/values.ts';
import { isDatabaseFailure } from '../db/connections/failures.ts';
import { AppError } from '../errors.ts';
import { placeOf } from '../http/network/place.ts';
import type { HintReader } from '../keys/signatures/id-token-hints.ts';
import { UNAVAILABLE_ERROR } from '../tokens/answer.ts';
import { DEVICE_CODE_GRANT } from '../tokens/grant-types.ts';
import { giveOwnClaims } from './account-claims.ts';
import { explainRefusals } from './apps/client-assertions.ts';
import { followPublishedKeys } from './apps/client-keys.ts';
import type { SecretMetadata } from './apps/client-metadata.ts';
import { nameByBasic } from './apps/empty-secrets.ts';
import { explainPlainHttp, refusePlainHttp } from './apps/plain-http.ts';
import { grantClaimsByScope } from './consent/claims.ts';
import { completeDeviceFlow, type DeviceFlowOverrides } from './device/flow.ts';
import type { GrantWrapper, ProviderMiddleware } from './middleware.ts';
import type { Epochs } from './sign-in/epochs.ts';
import { readHintsAlike } from './sign-in/hints.ts';
import { keepErrorsFromOldAddresses } from './sign-in/second-looks.ts';
import { forgetOldAddresses, judgeSignOuts } from './sign-out/sign-outs.ts';
import { endInTime } from './storage/expiries.ts';
import { noteStart } from './tokens/issue-time.ts';

type GrantHandler<Params extends object> = (ctx: TokenEndpointGrantContext<Params>) => void | Promise<void>;
type Names = string | readonly string[] | ReadonlySet<string>;

export interface Overrides {
  /** Sees every request to the provider with its answer. */
  readonly around: ProviderMiddleware;
  /** Around the requests of a browser that signs in. */
  readonly visits: ProviderMiddleware;
  readonly publishJwks: ProviderMiddleware;
  /** Reads the ID token that comes with a request, to sign in or out. */
  readonly readHint: HintReader;
  /** Takes over where the provider refuses a JWT. */
  readonly structuredTokens: ProviderMiddleware;
  readonly aroundGrant: GrantWrapper;
  /** Around the endpoints that are about one token. */
  readonly tokenLookup: ProviderMiddleware;
  /** Notes an assertion's or proof's use; false when it was used before. */
  readonly firstUse: (use: { iss: string; jti: string; exp: number }) => Promise<boolean>;
  /** Told of a wrong client secret; throws when there were too many. */
  readonly onWrongSecret: (ctx: KoaContextWithOIDC, clientId: string) => Promise<void>;
  readonly deviceFlow: DeviceFlowOverrides;
  /** Told of a right one, before anything else is done with it. */
  readonly onSecretUsed: (secret: Pick<SecretMetadata, 'id' | 'endsOthers'>) => Promise<void> | undefined;
  readonly clientCache: ClientCache;
  readonly epochs: Epochs;
  readonly rules: HouseRules;
  readonly clock: () => Date;
}

/** Set while a constructor runs: Provider registers the built-in grants from inside of its own. */
let underConstruction: GrantWrapper | undefined;

class LatchkeyProvider extends Provider {
  /** The built-in grants come through here too, so this is where what they change is held together. */
  override registerGrantType<Params extends object>(
    name: string,
    handler: GrantHandler<Params>,
    params?: Names,
    duplicates?: Names,
  ): void {
    const around = underConstruction;
    const wrapped: GrantHandler<Params> = around ? (ctx) => around(name, ctx, async () => handler(ctx)) : handler;
    super.registerGrantType(name, wrapped, params, duplicates);
  }
}

export function buildProvider(issuer: string, configuration: Configuration, overrides: Overrides): Provider {
  underConstruction = overrides.aroundGrant;
  let provider: Provider;
  try {
    provider = new LatchkeyProvider(issuer, configuration);
  } finally {
    underConstruction = undefined;
  }
  // Cookies of the provider are secure when the request is, and that is the issuer's scheme (http/network/host-guard.ts).
  provider.proxy = true;
  endInTime(provider, overrides.clock);
  rememberClients(provider, overrides);
  compareHashes(provider, overrides);
  explainRefusals(provider);
  useOnceAtomically(provider, overrides);
  readHintsAlike(provider, overrides.readHint);
  grantClaimsByScope(provider);
  giveOwnClaims(provider);
  forgetOldAddresses(provider);
  refusePlainHttp(provider, overrides.rules);
  // Emitted once the answer is made up, which takes every foreign error for a fault of ours.
  provider.on('server_error', (ctx, error) => {
    if (isDatabaseFailure(error)) ctx.status = 503;
  });
  provider.use(noteStart(overrides.clock));
  provider.use(nameByBasic(provider));
  provider.use(judgeSignOuts(provider, overrides.readHint));
  provider.use(overrides.publishJwks);
  provider.use(listPossibleClaims);
  provider.use(overrides.around);
  provider.use(overrides.visits);
  provider.use(overrides.structuredTokens);
  provider.use(overrides.tokenLookup);
  provider.use(correctErrors);
  provider.use(explainPlainHttp(overrides.rules));
  completeDeviceFlow(provider, overrides.deviceFlow);
  keepErrorsFromOldAddresses(provider);
  provider.use(externalizeScript(placeOf(issuer).path));
  return provider;
}

/**
 * The provider keeps a hundred clients, found by a hash of all that is known of them, which is made for every request.
 * Here each is kept with the catalogue's entry that it was made of.
 */
function rememberClients({ Client: model }: Provider, { clientCache, epochs, clock }: Overrides): void {
  const clients = new WeakMap<CachedClient, Client>();
  const find = model.find.bind(model);
  model.find = async (id) => {
    const entry = clientCache.peek(id);
    const known = entry && clients.get(entry);
    if (known) {
      epochs.noteClient(entry);
      return known;
    }
    const client = await find(id);
    if (client) followPublishedKeys(client, clock);
    // Meanwhile it may have been made of a newer entry, but then nobody gets to see this one any more.
    if (entry && client) clients.set(entry, client);
    return client;
  };
}

/** Several secrets may be live, and we hold only their hashes. */
function compareHashes(provider: Provider, { onWrongSecret, onSecretUsed, clock }: Overrides): void {
  provider.Client.prototype.compareClientSecret = async function compare(this: Client, presented: string) {
    const known = (this.latchkey_secrets as SecretMetadata[]).map(({ endsAt, ...secret }) => ({
      ...secret,
      hash: Buffer.from(secret.hash, 'base64url'),
      expiresAt: endsAt === null ? null : new Date(endsAt),
    }));
    const used = liveSecret(known, presented, clock());
    if (used) {
      await onSecretUsed(used);
      return true;
    }
    const ctx = Provider.ctx;
    if (ctx) await onWrongSecret(ctx, this.clientId);
    return false;
  };
}

/** The built-in check is a read and then a write, which two requests can pass at once. */
function useOnceAtomically(provider: Provider, { firstUse }: Overrides): void {
  Object.assign(provider.ReplayDetection, {
    unique: (iss: string, jti: string, exp: number) => firstUse({ iss, jti, exp }),
  });
}

/** `sid` is for sign-out messages, which are not sent; oidc-provider lists it all the same. */
async function listPossibleClaims(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
  await next();
  const metadata = ctx.oidc?.route === 'discovery' ? (ctx.body as { claims_supported?: string[] }) : {};
  if (metadata.claims_supported) metadata.claims_supported = metadata.claims_supported.filter((name) => name !== 'sid');
}

/** Answers whose error code or status is not the one that the RFC asks for. */
const CORRECTIONS = new Map([
  // RFC 6749 §5.2
  ['requested grant type is not allowed for this client', { error: 'unauthorized_client', status: 400 }],
  [`${DEVICE_CODE_GRANT} is not allowed for this client`, { error: 'unauthorized_client', status: 400 }],
  // RFC 6749 §5.2, RFC 7662 §2.1: no credentials is 401
  ['no client authentication mechanism provided', { error: 'invalid_client', status: 401 }],
  ['client_secret must be provided in the Authorization header', { error: 'invalid_client', status: 401 }],
]);

async function correctErrors(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
  await next();
  if (ctx.status === 503) return answerUnavailable(ctx);
  const body = ctx.body as { error?: string; error_description?: string; scope?: string } | undefined;
  if (body?.scope === '') nameGrantedScope(ctx, body);
  const correction = CORRECTIONS.get(body?.error_description ?? '');
  if (!body?.error || !correction) return;
  ctx.status = correction.status;
  if (correction.status === 401) ctx.set('WWW-Authenticate', `Basic realm="${ctx.oidc.issuer}"`);
  ctx.body = { ...body, error: correction.error };
}

/** RFC 6749 §3.3 has no empty scope; §5.1 wants to be told where less was granted than was asked for. */
function nameGrantedScope(ctx: KoaContextWithOIDC, body: { scope?: string }): void {
  const { Grant: grant, RefreshToken, AuthorizationCode } = ctx.oidc.entities;
  const asked = ctx.oidc.params?.scope ? ctx.oidc.requestParamScopes : (RefreshToken ?? AuthorizationCode)?.scopes;
  const granted = grant?.getOIDCScopeFiltered(new Set(asked));
  if (granted) body.scope = granted;
  else delete body.scope;
}

/** A failure of ours that passes (the signer, the database), which the provider calls a server_error. */
function answerUnavailable(ctx: KoaContextWithOIDC): void {
  // A page that says what a fault says: drawn anew, or as JSON for a program, where all errors are.
  if (typeof ctx.body === 'string') throw new AppError('unavailable', { retryAfter: 1 });
  ctx.set('Retry-After', '1');
  ctx.body = UNAVAILABLE_ERROR;
}

/** The page that posts a form by itself has its script inline, which our CSP forbids; the same script is an asset. */
function externalizeScript(path: string): ProviderMiddleware {
  return async (ctx, next) => {
    await next();
    if (typeof ctx.body !== 'string' || !ctx.body.includes('<title>Submitting Callback</title>')) return;
    ctx.body = ctx.body
      .replace('<html>', '<html lang="en">')
      .replace(/<script>[\s\S]*?<\/script>/, `<script src="${path}/assets/submit-form.js"></script>`);
    const policy = ctx.response.get('Content-Security-Policy');
    ctx.set('Content-Security-Policy', policy.replace(/ 'sha256-[^']+'/g, ''));
  };
}

/** Too many wrong secrets; not an OAuth error code, because none means this (RFC 6585 §4). */
export class TooManyFailures extends errors.OIDCProviderError {
  constructor(retryAfter: number) {
    super(429, 'too_many_requests');
    this.error_description = `too many failed attempts to authenticate this client from this address; try again in ${retryAfter} seconds`;
  }
}
