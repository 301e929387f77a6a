import type Router from '@koa/router';
import type { Middleware } from 'koa';
import compose from 'koa-compose';
import type { Logger } from 'pino';
import type { HouseRules } from '../access.ts';
import { hasSlashPairs } from '../apis/identifiers.ts';
import { record } from '../audit/record.ts';
import type { BrandLinks } from '../branding/shown.ts';
import type { ClientCache } from '../clients/client-cache.ts';
import type { SecretUses } from '../clients/secrets/uses.ts';
import type { MasterKey } from '../config.ts';
import type { Database } from '../db/connections/connection.ts';
import { isDatabaseFailure } from '../db/connections/failures.ts';
import type { ChosenSignOuts } from '../http/chosen-sign-outs.ts';
import { createFailureLimit } from '../http/limits.ts';
import { createBrowsers } from '../http/network/browsers.ts';
import { networkOf } from '../http/network/networks.ts';
import { placeOf } from '../http/network/place.ts';
import { ownCookies } from '../http/own-cookies.ts';
import type { Keyring } from '../keys/keyring.ts';
import { createHintReader } from '../keys/signatures/id-token-hints.ts';
import type { OwnTokens } from '../keys/signatures/own-tokens.ts';
import type { Outbox } from '../mail/outbox.ts';
import type { GetDocument } from '../outgoing/documents.ts';
import type { RevocationCap } from '../revocation/cap.ts';
import type { RevocationChecks } from '../revocation/checks.ts';
import { claimFirstUse } from '../revocation/first-use.ts';
import type { Exchanges } from '../tokens/storage/exchanges.ts';
import type { NoteUsage } from '../usage/recorder.ts';
import type { Render } from '../views/render.ts';
import { createFindAccount } from './account-claims.ts';
import { buildConfiguration } from './configuration.ts';
import { createLoadExistingGrant } from './consent/grants.ts';
import { createDevicePages } from './device/pages.ts';
import { pacePolls } from './device/polls.ts';
import { limitGuesses } from './device/user-code-guesses.ts';
import { listenToProvider } from './events.ts';
import { publishJwks } from './external-keys.ts';
import { takeFurtherNames } from './further-names.ts';
import { createProviderHost, type ProviderHost } from './host.ts';
import type { ProviderMiddleware } from './middleware.ts';
import { createPages } from './pages.ts';
import { buildProvider, type Overrides, TooManyFailures } from './provider.ts';
import { createResources } from './resources.ts';
import { createPasskeyAttempts, createSignInAttempts, type SignInAttempts } from './sign-in/attempts.ts';
import { createEpochs } from './sign-in/epochs.ts';
import { interactionRoutes } from './sign-in/interactions.ts';
import { createAdapterFactory } from './storage/adapter.ts';
import { createUnitOfWork, type UnitOfWork } from './storage/unit-of-work.ts';
import { writeBeforeAnswering } from './storage/visits.ts';
import { actorOf, createExchange, createTokenLookup } from './tokens/exchange.ts';
import { serveStructuredTokens } from './tokens/structured-tokens.ts';
import { createUsageNotes, type UsageNotes } from './usage.ts';

export interface OidcParts {
  readonly exchanges: Exchanges;
  readonly rules: HouseRules;
  readonly database: Database;
  readonly clientCache: ClientCache;
  readonly ownTokens: OwnTokens;
  readonly checks: RevocationChecks;
  readonly cap: RevocationCap;
  readonly secretUses: SecretUses;
  readonly issuer: string;
  readonly cookieKeys: readonly string[];
  readonly masterKeys: readonly MasterKey[];
  readonly outbox: Outbox;
  readonly render: Render;
  readonly signOuts: ChosenSignOuts;
  readonly clock: () => Date;
  readonly noteUsage: NoteUsage;
  readonly log: Logger;
  /** seconds */
  readonly jwksMaxAge: number;
  readonly getDocument: GetDocument;
  /** What the operator wants people to read, as of now. */
  readonly links: () => BrandLinks;
  /** Names under which the server is known too. */
  readonly furtherOrigins: readonly string[];
}

export interface OidcServer {
  readonly host: ProviderHost;
  readonly interactions: Router;
  /** How often somebody may guess a password, wherever they do. */
  readonly attempts: SignInAttempts;
  /** Goes around all of it. */
  readonly signIns: Middleware;
  /** Builds the provider anew with the keys and links of now and puts it in the old one's place. */
  rebuild(): void;
}

/** The authorization server: oidc-provider with our storage, policy, pages and transactions. */
export function createOidcServer(parts: OidcParts, keyring: () => Keyring): OidcServer {
  const { database, clientCache, secretUses, issuer, cookieKeys, render, clock, log } = parts;
  const note = parts.noteUsage;
  const cookies = ownCookies(issuer);
  const work = createUnitOfWork(database.db, parts.exchanges);
  const epochs = createEpochs();
  const browsers = createBrowsers();
  const resources = createResources({ work, clientCache, epochs, keyring });
  const usage = createUsageNotes({ db: work.db, note, clientCache, clock });
  const pages = createPages(render, parts.signOuts, parts.rules);
  const devicePages = createDevicePages(render, database.db, pages.renderError);
  const overrides: Omit<Overrides, 'publishJwks'> = {
    ...createOverrides(database, work, clock),
    onSecretUsed: (secret) => secretUses.note(secret),
    around: usage.middleware,
    visits: createVisits(work, usage),
    aroundGrant: pacePolls(createExchange(work, resources, clock), database.db, clock),
    deviceFlow: { guesses: limitGuesses(database, clock), pages: devicePages },
    clientCache,
    epochs,
    rules: parts.rules,
    clock,
    tokenLookup: createTokenLookup(work, clock),
    readHint: createHintReader({ keyring, issuer }),
    structuredTokens: serveStructuredTokens({ ...parts, db: database.db }),
  };
  const build = () => {
    // One answer for as long as this provider stands; the next is built when a key's stage changes.
    const algorithms = keyring().algorithms();
    const signing = { algorithms: () => algorithms };
    const configuration = buildConfiguration({
      issuer,
      adapter: createAdapterFactory(work, clientCache, {
        db: database.db,
        signing,
        cookieKeys,
        clock,
        epochs,
        browsers,
      }),
      findAccount: createFindAccount(work),
      loadExistingGrant: createLoadExistingGrant(work, epochs, clock),
      resources,
      epochs,
      pages,
      devicePages,
      keyring: keyring(),
      signing,
      getDocument: parts.getDocument,
      links: parts.links(),
      cookieKeys,
      cookies,
      interactionBase: placeOf(issuer).path === '' ? '' : issuer,
      clock,
    });
    const jwks = publishJwks(keyring(), () => hasSlashPairs(database.db));
    const provider = buildProvider(issuer, configuration, { ...overrides, publishJwks: jwks });
    takeFurtherNames(provider, parts.furtherOrigins);
    listenToProvider(provider, work, usage, log);
    return provider;
  };
  const host = createProviderHost(build(), parts.jwksMaxAge);
  const attempts = createSignInAttempts(database, 'sign-in', { cookieKeys, cookies, clock });
  const interactions = interactionRoutes({
    provider: host.current,
    db: database.db,
    work,
    epochs,
    render,
    clock,
    issuer,
    cookieKeys,
    attempts,
    codeAttempts: createSignInAttempts(database, 'second-factor', { cookieKeys, cookies, clock }),
    passkeyAttempts: createPasskeyAttempts(database, clock),
    masterKeys: parts.masterKeys,
    outbox: parts.outbox,
  });
  return {
    host,
    interactions,
    attempts,
    signIns: compose([browsers.middleware, epochs.middleware]),
    rebuild: () => host.swap(build()),
  };
}

/** Requests of a browser that asks for a code, or comes back from a page. */
function createVisits(work: UnitOfWork, usage: UsageNotes): ProviderMiddleware {
  const write = writeBeforeAnswering(work, (ctx, error) => {
    // What the provider has told of as a success was not written.
    usage.keep(ctx, { error: isDatabaseFailure(error) ? 'temporarily_unavailable' : 'server_error' });
  });
  return (ctx, next) => (ctx.path === '/auth' || ctx.path.startsWith('/auth/') ? write(ctx, next) : next());
}

function createOverrides(
  database: Database,
  work: UnitOfWork,
  clock: () => Date,
): Pick<Overrides, 'firstUse' | 'onWrongSecret'> {
  const { db } = database;
  const limit = createFailureLimit(database, { name: 'client-secret', points: 20, seconds: 300 });
  return {
    async firstUse({ iss, jti, exp }) {
      const id = JSON.stringify([iss, jti]);
      // An exchange that is run again shows its own proof again.
      const proofs = work.exchange()?.proofs;
      if (proofs?.has(id)) return true;
      const first = await claimFirstUse(work.db(), {
        id,
        clientId: iss,
        expiresAt: new Date(exp * 1000),
        now: clock(),
      });
      if (first) proofs?.add(id);
      return first;
    },
    async onWrongSecret(ctx, clientId) {
      const { wait: retryAfter } = await limit.fail(`${clientId}|${networkOf(ctx.ip)}`);
      if (retryAfter > 0) {
        ctx.set('Retry-After', String(retryAfter));
        throw new TooManyFailures(retryAfter);
      }
      await record(db, actorOf(ctx), { type: 'client.authentication_failed', clientId }, clock());
    },
  };
}
