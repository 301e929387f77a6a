import type { AddressInfo } from 'node:net';
import Koa from 'koa';
import type { Logger } from 'pino';
import { adminRoutes, isApiReference, isOfAdminApi } from './admin/router.ts';
import { type ApiSightings, createApiSightings } from './apis/sightings.ts';
import { openBrand } from './branding/shown.ts';
import { type ClientCache, createClientCache } from './clients/client-cache.ts';
import { ensureOwn } from './clients/own/ensure.ts';
import { createSecretUses, type SecretUses } from './clients/secrets/uses.ts';
import type { Config, MasterKey } from './config.ts';
import { watchChanges } from './db/changes.ts';
import type { Database } from './db/connections/connection.ts';
import { helpRoutes, isHelp } from './help/routes.ts';
import { createChosenSignOuts } from './http/chosen-sign-outs.ts';
import { answerErrors } from './http/errors.ts';
import { guardInput } from './http/input/guard.ts';
import { createChosenLanguages } from './http/language.ts';
import { readArrival } from './http/network/arrival.ts';
import { serveBelow } from './http/network/below-path.ts';
import { pinHost } from './http/network/host-guard.ts';
import { createLoopback } from './http/network/loopback.ts';
import { createOwnNames } from './http/network/own-names.ts';
import { placeOf } from './http/network/place.ts';
import { ownCookies } from './http/own-cookies.ts';
import { identifyRequests } from './http/request-id.ts';
import { standardHeaders } from './http/security-headers.ts';
import { serveAssets } from './http/serving/assets.ts';
import { createAtOnce } from './http/serving/at-once.ts';
import { serveBrandFiles } from './http/serving/brand-files.ts';
import { compressPages } from './http/serving/compress.ts';
import { limitTime } from './http/serving/deadline.ts';
import { healthRoutes } from './http/serving/health.ts';
import { refuseOtherMethods } from './http/serving/other-methods.ts';
import { createPatientServer } from './http/serving/slow-readers.ts';
import { createChosenThemes } from './http/theme.ts';
import { createJobs, type Jobs } from './jobs/jobs.ts';
import { createJobRounds } from './jobs/rounds.ts';
import { type Keyring, openKeyring } from './keys/keyring.ts';
import { createOwnTokens } from './keys/signatures/own-tokens.ts';
import { createSigners } from './keys/signers/signers.ts';
import { LONGEST_TOKEN_LIFETIME } from './keys/stages.ts';
import { type Listening, listenAt } from './listen.ts';
import { createOutbox } from './mail/outbox.ts';
import { createPost } from './mail/post.ts';
import type { Metrics } from './metrics/metrics.ts';
import { isForPrograms } from './oidc/host.ts';
import { createOidcServer } from './oidc/server.ts';
import { createDocuments } from './outgoing/documents.ts';
import { createPictureDecoder } from './pictures/decoder.ts';
import { isLogoUpload } from './portal/apps/logo.ts';
import { createLinkLimits } from './portal/links/limits.ts';
import { type PortalParts, portalRoutes } from './portal/routes.ts';
import { createRevocationCap } from './revocation/cap.ts';
import { createRevocationChecks } from './revocation/checks.ts';
import { createFeeds } from './revocation/feed/feeds.ts';
import { isOfFeed } from './revocation/feed/routes.ts';
import { followIncarnation } from './revocation/incarnation.ts';
import { directWay } from './tokens/direct-way.ts';
import { lifetimes } from './tokens/issue/lifetimes.ts';
import { createExchanges } from './tokens/storage/exchanges.ts';
import { createUsageRecorder, type UsageRecorder } from './usage/recorder.ts';
import { readAssets } from './views/assets.ts';
import { createRender, createToHtml } from './views/render.ts';

export interface Wiring {
  readonly config: Omit<
    Config,
    'port' | 'host' | 'metrics' | 'dataDir' | 'databasePool' | 'migrate' | 'logLevel' | 'masterKeys' | 'cookieKeys'
  >;
  readonly secrets: { readonly masterKeys: readonly MasterKey[]; readonly cookieKeys: readonly string[] };
  readonly database: Database;
  readonly clock: () => Date;
  readonly log: Logger;
  /** Absent where nobody wants to know. */
  readonly metrics?: Metrics;
  readonly diagnosis: PortalParts['diagnosis'];
}

export interface App {
  readonly jobs: Jobs;
  readonly keyring: Keyring;
  readonly clientCache: ClientCache;
  readonly secretUses: SecretUses;
  readonly sightings: ApiSightings;
  readonly usage: UsageRecorder;
  /**
   * Ends everything in two steps. At once: what keeps connections open, and what nobody waits for. Once the server has
   * `answered` its last request: what answers depend on, and what they have left to be written.
   */
  end(answered?: Promise<void>): Promise<void>;
  /** Starts to listen. @returns where, which tells a port that was chosen as 0. @throws {ConfigError} */
  listen(port: number, host: string): Promise<Listening>;
}

/** Wires everything: configuration in, application out. The database has its migrations by now. */
export async function createApp({ config, secrets, database, clock, log, metrics, diagnosis }: Wiring): Promise<App> {
  const { issuer, furtherOrigins, production, trustedProxies, databaseUrl, keyRotation } = config;
  const { listen, signerSocket, expressLaneOn, smtp, outgoingInnerHosts } = config;
  const { cookieKeys, masterKeys } = secrets;
  const rules = { httpRedirectHosts: config.httpRedirectHosts };
  const { db } = database;
  await followIncarnation(db, clock());
  await ensureOwn(db, config, clock());

  const { path, https } = placeOf(issuer);
  const assets = readAssets();
  const themes = createChosenThemes(ownCookies(issuer));
  const isForPeople = (asked: string) => !isForPrograms(asked) && !isOfAdminApi(asked) && !isOfFeed(asked);
  const languages = createChosenLanguages(ownCookies(issuer), isForPeople);
  const brand = await openBrand(db, () => oidc.rebuild());
  const toHtml = createToHtml({ cache: production, path, assets, brand: brand.current });
  const render = createRender(toHtml, themes.of);
  const signOuts = createChosenSignOuts({ clock, cookies: ownCookies(issuer) });
  const loopback = createLoopback(issuer);
  const clientCache = createClientCache();
  const warn = (what: string) => (err: unknown) => log.warn({ err }, what);
  const secretUses = createSecretUses({ db, clock, onError: warn('could not note the use of secrets') });
  const sightings = createApiSightings({ db, clock, onError: warn('could not note who fetches keys and feeds') });
  const usage = createUsageRecorder(db, log);
  const keyring = await openKeyring({
    db,
    signers: createSigners(masterKeys, signerSocket),
    policy: { ...keyRotation, retainFor: LONGEST_TOKEN_LIFETIME },
    rememberFor: lifetimes.sessionAbsolute,
    clock,
    onChange: () => {
      oidc.rebuild();
      feeds.signAgain().catch(warn('could not sign the feed anew'));
    },
  });
  const ownTokens = createOwnTokens({ keyring: () => keyring, issuer, clock });
  const checks = createRevocationChecks(db);
  const cap = createRevocationCap({ db, most: config.revocationsPerApp, clock });
  const outbox = createOutbox(masterKeys, issuer);
  const exchanges = createExchanges(database, log);
  const ofTokens = { clientCache, ownTokens, checks, cap, secretUses, exchanges };
  const oidc = createOidcServer(
    {
      ...ofTokens,
      ...{ rules, database, issuer, cookieKeys, masterKeys, outbox, clock },
      render,
      signOuts,
      noteUsage: usage.note,
      log,
      jwksMaxAge: keyRotation.jwksMaxAge,
      furtherOrigins,
      links: () => brand.current().links,
      getDocument: createDocuments({ inner: outgoingInnerHosts, clock, log }),
    },
    () => keyring,
  );
  const feeds = createFeeds({ db, keyring: () => keyring, issuer, clock });
  const watcher = watchChanges(database, [...keyring.watches, ...feeds.watches, clientCache.watch(db), brand.watch], {
    listenUrl: listen ? databaseUrl : undefined,
    pollMs: 1000,
    clock,
    onError: warn('could not follow changes'),
  });
  const pictures = createPictureDecoder();
  const edges = { rules, db, issuer, loopback, clock, outbox, pictures };
  const admin = adminRoutes({
    ...edges,
    clientCache,
    ownTokens,
    checks,
    furtherOrigins,
    masterKeys,
    toHtml,
    themes,
  });
  const rounds = createJobRounds({ db, clock, log });
  const post = createPost({ db, masterKeys, issuer, smtp, clock, log, run: rounds.run });
  const shown = { render, themes, languages, signOuts, production, diagnosis, sendsMail: smtp.url !== undefined };
  const limits = createLinkLimits(database);
  const portal = portalRoutes({ ...edges, ...shown, ...limits, cookieKeys, masterKeys, guesses: oidc.attempts });
  const state = { db, clientCache, keyring, usage, clock, post, streams: feeds.streams };
  metrics?.watchState({ ...state, jobs: rounds.counts, retainFor: LONGEST_TOKEN_LIFETIME });

  const names = createOwnNames(issuer, furtherOrigins);
  // Scheme and host that a proxy would say are overwritten (http/network/host-guard.ts).
  const koa = new Koa({ proxy: true, keys: [...cookieKeys] });
  // Only streams whose reader went away come here; every other error is answered in http/errors.ts.
  koa.on('error', (err) => log.debug({ err }, 'response not finished'));
  const standard = standardHeaders({ https });
  const atOnce = createAtOnce(standard);
  if (metrics) koa.use(metrics.countRequests);
  koa.use(identifyRequests(log));
  koa.use(readArrival(names, trustedProxies));
  if (path !== '') koa.use(serveBelow(path));
  koa.use(sightings.middleware).use(oidc.host.documents(atOnce));
  koa.use(limitTime(database.deadlines, isLogoUpload));
  const lane = { ...ofTokens, db, keyring: () => keyring, issuer, clock, atOnce, note: usage.note };
  if (expressLaneOn) koa.use(directWay(lane));
  koa.use(standard.middleware);
  koa.use(languages.middleware);
  koa.use(answerErrors(render, isForPrograms));
  koa.use(admin.problems);
  koa.use(pinHost(names, (asked) => !isForPeople(asked)));
  koa.use(guardInput(isLogoUpload));
  // The endpoints that programs call come first; routers that look at every path come after them.
  koa.use(oidc.signIns);
  koa.use(oidc.host.middleware);
  koa.use(healthRoutes(db));
  koa.use((_ctx, next) => brand.refresh().then(next));
  koa.use(serveAssets(assets));
  koa.use(serveBrandFiles(brand.find));
  koa.use(compressPages(({ path }) => isApiReference(path) || isHelp(path)));
  koa.use(oidc.interactions.routes());
  koa.use(admin.router.routes());
  koa.use(helpRoutes({ render }).routes());
  koa.use(portal.routes());
  koa.use(feeds.router.routes());
  koa.use(refuseOtherMethods);

  const jobs = createJobs({ database, keyring, usage, post, cap, rounds, clock });
  return {
    jobs,
    keyring,
    clientCache,
    secretUses,
    sightings,
    usage,
    async end(answered) {
      await using ends = new AsyncDisposableStack();
      // In reverse order. When one fails, the others still end.
      ends.defer(() => usage.close());
      ends.defer(() => pictures.close());
      ends.defer(() => Promise.all([secretUses.close(), sightings.close()]).then(() => {}));
      ends.defer(() => watcher.close());
      ends.defer(() => admin.close());
      feeds.close();
      const stopped = jobs.stop();
      ends.defer(() => stopped);
      await answered;
    },
    async listen(port, host) {
      const server = createPatientServer(koa.callback());
      const onError = warn('could not take a connection');
      const listening = await listenAt(server, { port, host, onError, variables: { port: 'PORT', host: 'HOST' } });
      loopback.attach(listening.addresses[0] as AddressInfo);
      return listening;
    },
  };
}
