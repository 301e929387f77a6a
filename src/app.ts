import { createServer, type Server } from 'node:http';
import Koa from 'koa';
import type { Logger } from 'pino';
import type { Config, MasterKey } from './config.ts';
import type { Database } from './db/connection.ts';
import { serveAssets } from './http/assets.ts';
import { answerErrors } from './http/errors.ts';
import { healthRoutes } from './http/health.ts';
import { pinHost } from './http/host-guard.ts';
import { guardInput } from './http/input-guard.ts';
import { createLoopback } from './http/loopback.ts';
import { createRender } from './http/render.ts';
import { identifyRequests } from './http/request-id.ts';
import { securityHeaders } from './http/security-headers.ts';
import { createJobs, type Jobs } from './jobs.ts';
import { ensureSigningKeys, loadSigningKeys } from './keys/signing-keys.ts';
import { createOidcServer } from './oidc/server.ts';
import { ensurePortalClient, portalRoutes } from './portal/routes.ts';

export interface Wiring {
  readonly config: Pick<Config, 'issuer' | 'production' | 'trustedProxies'>;
  readonly secrets: { readonly masterKeys: readonly MasterKey[]; readonly cookieKeys: readonly string[] };
  readonly database: Database;
  readonly clock: () => Date;
  readonly log: Logger;
}

export interface App {
  readonly jobs: Jobs;
  /** Starts to listen. @returns the server, whose address tells a port that was chosen as 0 */
  listen(port: number, host: string): Promise<Server>;
}

/** Wires everything: configuration in, application out. The database has its migrations by now. */
export async function createApp({ config, secrets, database, clock, log }: Wiring): Promise<App> {
  const { issuer, production, trustedProxies } = config;
  const { cookieKeys, masterKeys } = secrets;
  const { db } = database;
  await ensureSigningKeys(db, masterKeys, clock());
  await ensurePortalClient(db, issuer, clock());

  const render = createRender({ cache: production });
  const loopback = createLoopback(issuer);
  const oidc = createOidcServer(
    { database, issuer, cookieKeys, render, clock, log },
    await loadSigningKeys(db, masterKeys),
  );
  const portal = portalRoutes({ db, render, clock, issuer, cookieKeys, loopback });

  const koa = new Koa({ proxy: true, maxIpsCount: trustedProxies, keys: [...cookieKeys] });
  koa.use(identifyRequests(log));
  koa.use(securityHeaders({ https: issuer.startsWith('https:') }));
  koa.use(answerErrors(render));
  koa.use(pinHost(issuer, trustedProxies));
  koa.use(guardInput());
  koa.use(healthRoutes(db));
  koa.use(serveAssets());
  koa.use(oidc.interactions.routes());
  koa.use(portal.routes());
  koa.use(oidc.host.middleware);

  return {
    jobs: createJobs(database, clock, log),
    async listen(port, host) {
      const server = createServer({ maxHeaderSize: 16 * 1024 }, koa.callback());
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      server.once('error', reject).listen(port, host, resolve);
      await promise;
      loopback.attach(server);
      return server;
    },
  };
}
