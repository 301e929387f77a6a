import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

it('says why a statement failed, and nothing of the values that it had', async () => {
  const { db } = server.database;
  const { email, account } = await aPerson(server.database);
  const browser = new Person(server.issuer);
  const page = await browser.visit('/sign-in');
  await sql`alter table accounts add constraint broken check (email <> ${sql.lit(email)}) not valid`.execute(db);
  await sql`create function break() returns trigger language plpgsql as
    'begin update accounts set name = name where id = new.account_id; return new; end'`.execute(db);
  await sql`create trigger break after insert on audit_events for each row execute function break()`.execute(db);

  const { response } = await browser.submit(page, '/sign-in', { email, password: 'not the right one at all' });

  expect(response.status).toBe(500);
  const failures = server.logged.filter((line) => JSON.parse(line).level >= 50);
  expect(failures).toEqual([expect.stringContaining('violates check constraint')]);
  for (const value of [email, account.id, account.password_hash ?? '', 'insert into']) {
    expect(failures.join()).not.toContain(value);
  }
});
