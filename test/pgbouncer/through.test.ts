import { expect, it } from '@jest/globals';
import { startTestServer } from '../support/server.ts';

/** Only in the run that goes through PgBouncer, of which it shows that it does. */
it('the server of this run has more connections than PostgreSQL gives it', async () => {
  const server = await startTestServer();
  const { pool } = server.database;
  const clients = await Promise.all(Array.from({ length: 8 }, () => pool?.connect()));
  const answers = await Promise.all(clients.map((client) => client?.query('select pg_backend_pid() as pid')));
  const backends = new Set(answers.map((answer) => answer?.rows[0].pid));
  for (const client of clients) client?.release();
  await server.stop();
  expect(backends.size).toBeLessThanOrEqual(3);
});
