import { aPerson } from './factories.ts';
import { Person } from './person.ts';
import type { TestServer } from './server.ts';

/** A person who is signed in to the portal. */
export async function aVisitor(server: TestServer, person?: { email: string; password: string }) {
  const someone = person ?? (await aPerson(server.database));
  const visitor = new Person(server.issuer);
  await visitor.submit(await visitor.visit('/sign-in'), '/sign-in', someone);
  return visitor;
}

/** The account behind an address. */
export function accountOf(server: TestServer, email: string) {
  return server.database.db.selectFrom('accounts').selectAll().where('email', '=', email).executeTakeFirstOrThrow();
}
