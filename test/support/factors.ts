import { Secret, TOTP } from 'otpauth';
import { beginTotp, confirmTotp } from '../../src/accounts/factors/totp.ts';
import { createOutbox } from '../../src/mail/outbox.ts';
import type { aPerson } from './factories.ts';
import type { Person } from './person.ts';
import type { TestServer } from './server.ts';

type SomePerson = Awaited<ReturnType<typeof aPerson>>;

/** An authenticator app. @returns the code of now, or of so many steps of 30 seconds later */
export const authenticator = (seed: string) => {
  const totp = new TOTP({ secret: Secret.fromBase32(seed.replaceAll(' ', '')) });
  return (steps = 0) => totp.generate({ timestamp: Date.now() + steps * 30_000 });
};

/** Sets up an authenticator app for somebody. The code of now was not used. */
export async function withTotp(
  { database: { db }, secrets: { masterKeys }, issuer }: Pick<TestServer, 'database' | 'secrets' | 'issuer'>,
  { account }: SomePerson,
) {
  const by = { actor: { type: 'operator' } as const, now: new Date() };
  const begun = await beginTotp(db, masterKeys, { owner: account, visit: 'here' }, by.now);
  if (!begun) throw new Error('there is one already');
  const code = authenticator(begun.seed);
  const parts = { masterKeys, outbox: createOutbox(masterKeys, issuer) };
  if (!(await confirmTotp(db, parts, { owner: account, visit: 'here', code: code(-1) }, by)))
    throw new Error('not confirmed');
  return code;
}

/** Goes to an address and gives the password; ends at what is asked next. */
export async function firstStep(person: Person, url: string, credentials: { email: string; password: string }) {
  return person.submit(await person.visit(url), '/sign-in', credentials);
}

export async function mailsTo(server: TestServer, email: string) {
  const rows = await server.database.db.selectFrom('mail_outbox').selectAll().where('recipient', '=', email).execute();
  const outbox = createOutbox(server.secrets.masterKeys, server.issuer);
  return rows.map((row) => ({ subject: row.subject, text: outbox.open(row) }));
}

export const eventsAbout = (server: TestServer, accountId: string, type: string) =>
  server.database.db
    .selectFrom('audit_events')
    .select(['detail', 'actor_type', 'actor_id'])
    .where('account_id', '=', accountId)
    .where('type', '=', type)
    .orderBy('id')
    .execute();
