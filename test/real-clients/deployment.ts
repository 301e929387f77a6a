import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { Database } from '../../src/db/connections/connection.ts';
import { createTestDatabase } from '../support/database.ts';
import { nginxBlock } from '../support/documented-proxies.ts';
import type { Person } from '../support/person.ts';
import { freePort } from '../support/postgres.ts';
import { certificate, startNginx } from '../support/proxies.ts';
import { startProcess } from '../support/server-process.ts';

export interface Deployment {
  /** With https, at nginx. */
  readonly issuer: string;
  readonly database: Database;
  /** Everything that the server has printed. */
  output(): string;
  stop(): Promise<void>;
}

/** How programs are told to trust the certificate that nginx shows: Node, Go and OpenSSL, Python's requests. */
export const TRUST: Readonly<Record<string, string>> = {
  NODE_EXTRA_CA_CERTS: certificate,
  SSL_CERT_FILE: certificate,
  REQUESTS_CA_BUNDLE: certificate,
};

/** A server as docs/deploy.md has it: a process of its own behind nginx, which speaks TLS. This process trusts it too. */
export async function deploy(): Promise<Deployment> {
  setDefaultCACertificates([...getCACertificates('default'), readFileSync(certificate, 'utf8')]);
  const storage = await createTestDatabase();
  const [port, target] = [await freePort(), await freePort()];
  const issuer = `https://localhost:${port}`;
  const server = await startProcess({
    DATABASE_URL: storage.url ?? '',
    PORT: String(target),
    ISSUER: issuer,
    TRUSTED_PROXIES: '1',
  });
  const proxy = await startNginx(nginxBlock(port, target), port);
  return {
    issuer,
    database: storage.database,
    output: server.output,
    async stop() {
      await proxy.stop();
      await server.stop();
      await storage.drop();
    },
  };
}

/** Goes where an app sends a person to sign out. The page asks nothing: its script sends the form. @returns where they end */
export async function signOut(browser: Person, url: string): Promise<string | undefined> {
  const page = await browser.visit(url);
  if (!page.text.includes('submit-form.js')) throw new Error(`the server asks the person: ${page.text}`);
  return (await browser.submit(page, '/session/end/confirm')).leftTo?.href;
}
