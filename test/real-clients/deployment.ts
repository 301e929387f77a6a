import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { z } from 'zod';
import type { NewClient } from '../../src/clients/client-input.ts';
import { createClient } from '../../src/clients/clients.ts';
import type { Database } from '../../src/db/connections/connection.ts';
import type { Program } from '../examples/program.ts';
import { createTestDatabase } from '../support/database.ts';
import { nginxBlock, nginxBlockBelow } from '../support/documented-proxies.ts';
import type { Person } from '../support/person.ts';
import { freePort } from '../support/postgres.ts';
import { certificate, startNginx } from '../support/proxies.ts';
import { startProcess } from '../support/server-process.ts';

type Wanted = Omit<z.input<typeof NewClient>, 'name'>;

export interface Deployment {
  /** With https, at nginx. */
  readonly issuer: string;
  readonly database: Database;
  /** Registers an app with the defaults that everybody gets, and what is given. */
  register(wanted: Wanted): Promise<{ clientId: string; clientSecret: string }>;
  /** Ends it. @returns the requests that it did not answer as its clients wanted, such as `POST /token 400` */
  stop(): Promise<string[]>;
}

/** How programs are told to trust the certificate that nginx shows: Node, Go and OpenSSL, Python's requests. */
export const TRUST: Readonly<Record<string, string>> = {
  NODE_EXTRA_CA_CERTS: certificate,
  SSL_CERT_FILE: certificate,
  REQUESTS_CA_BUNDLE: certificate,
};

/**
 * A server as docs/deploy.md has it, with a host of its own or below a path: a process behind nginx, which speaks TLS. This
 * process trusts the certificate too.
 */
export async function deploy(path: '' | '/auth' = ''): Promise<Deployment> {
  setDefaultCACertificates([...getCACertificates('default'), readFileSync(certificate, 'utf8')]);
  const storage = await createTestDatabase();
  const [port, target] = [await freePort(), await freePort()];
  const issuer = `https://localhost:${port}${path}`;
  const server = await startProcess({
    DATABASE_URL: storage.url ?? '',
    PORT: String(target),
    ISSUER: issuer,
    TRUSTED_PROXIES: '1',
  });
  const proxy = await startNginx((path ? nginxBlockBelow : nginxBlock)(port, target), port);
  return {
    issuer,
    database: storage.database,
    async register(wanted) {
      const by = { actor: { type: 'operator' } as const, now: new Date() };
      const { client, secret } = await createClient(storage.database.db, { name: 'An app', ...wanted }, by);
      return { clientId: client.id, clientSecret: secret?.secret ?? '' };
    },
    async stop() {
      await proxy.stop();
      await server.stop();
      await storage.drop();
      return refusals(server.output());
    },
  };
}

function refusals(output: string): string[] {
  const lines = output.split('\n').filter((line) => line.startsWith('{'));
  const requests = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'request');
  if (requests.length === 0) throw new Error(`the server has noted no request: ${output}`);
  return requests.flatMap(({ method, path, status }) => (status < 400 ? [] : [`${method} ${path} ${status}`]));
}

/** Goes where an app sends a person to sign out. The page asks nothing: its script sends the form. @returns where they end */
export async function signOut(browser: Person, url: string): Promise<string | undefined> {
  const page = await browser.visit(url);
  if (!page.text.includes('/assets/submit-form')) throw new Error(`the server asks the person: ${page.text}`);
  return (await browser.submit(page, '/session/end/confirm')).leftTo?.href;
}

export interface RealClient {
  readonly server: Deployment;
  /** Where its program listens. */
  readonly app: string;
  /** Ends both. @returns the requests that the server did not answer as the client wanted */
  stop(): Promise<string[]>;
}

interface Client {
  /** Where the server is below its host. */
  readonly path?: '/auth';
  readonly wanted: (app: string) => Omit<Wanted, 'type'>;
  readonly program: (variables: Record<string, string>) => Program;
  /** What it prints once it listens. */
  readonly ready: RegExp;
}

/** A deployment, and a program that signs people in at it: it is told PORT, ISSUER, BASE_URL, CLIENT_ID and CLIENT_SECRET. */
export async function startClient({ path, wanted, program: begin, ready }: Client): Promise<RealClient> {
  const server = await deploy(path);
  const port = await freePort();
  const app = `http://localhost:${port}`;
  const { clientId, clientSecret } = await server.register({ type: 'web', ...wanted(app) });
  const addresses = { PORT: String(port), ISSUER: server.issuer, BASE_URL: app };
  const program = begin({ ...TRUST, ...addresses, CLIENT_ID: clientId, CLIENT_SECRET: clientSecret });
  const stop = async () => {
    await program.stop();
    return server.stop();
  };
  try {
    await program.says(ready);
  } catch (error) {
    await stop().catch(() => {});
    throw error;
  }
  return { server, app, stop };
}
