import { createOutbox } from '../../src/mail/outbox.ts';
import type { TestServer } from './server.ts';

/** For servers that say that they send mail. Nobody listens there, and a spec reads the outbox. */
export const WITH_MAIL = { SMTP_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'latchkey@example.com' };

/** What was written to somebody, the oldest first. */
export async function mailsTo({ database, secrets, issuer }: TestServer, email: string) {
  const mails = database.db.selectFrom('mail_outbox').selectAll().where('recipient', '=', email);
  const outbox = createOutbox(secrets.masterKeys, issuer);
  const rows = await mails.orderBy('created_at').orderBy('id').execute();
  return rows.map((row) => ({ subject: row.subject, text: outbox.open(row) }));
}

/** The code of the link in the last mail with one; empty when there is none. */
export async function lastCode(server: TestServer, email: string): Promise<string> {
  const texts = (await mailsTo(server, email)).map(({ text }) => text);
  return /#code=(lkl_[\w-]{43})\b/.exec(texts.findLast((text) => text.includes('#code=')) ?? '')?.[1] ?? '';
}
