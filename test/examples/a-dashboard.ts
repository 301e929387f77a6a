import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Demo } from '../../src/demo/credentials.ts';
import { seedDemo } from '../../src/demo/seed.ts';
import { freePort } from '../support/postgres.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { type Program, start } from './program.ts';

export interface Dashboard {
  readonly server: TestServer;
  readonly demo: Demo;
  readonly origin: string;
  readonly program: Program;
  stop(): Promise<void>;
}

/** The example with the demo of a server, at a port of its own. */
export async function startDashboard(): Promise<Dashboard> {
  const server = await startTestServer();
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-dashboard-'));
  const demo = await seedDemo(server.database, folder, new Date());
  if (!demo) throw new Error('there was something in the database already');
  const origin = `http://localhost:${await freePort()}`;
  await server.database.db
    .updateTable('clients')
    .set({ redirect_uris: [`${origin}/callback`], post_logout_redirect_uris: [`${origin}/`] })
    .where('id', '=', demo.web.clientId)
    .execute();
  const env = { ISSUER: server.issuer, DATA_DIR: folder, REDIRECT_URI: `${origin}/callback` };
  const program = start('examples/dashboard/main.ts', env);
  await program.says(/The dashboard listens on/);
  return {
    ...{ server, demo, origin, program },
    async stop() {
      await program.stop();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
