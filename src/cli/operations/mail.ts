import type { Command } from 'commander';
import { AppError } from '../../errors.ts';
import { type ListedMail, listMail, MailQuery } from '../../mail/mail-lists.ts';
import { resendMail } from '../../mail/resend.ts';
import { type CommandLine, withJson } from '../command-line.ts';
import { collectRows, type SortedList, withSort } from '../listing.ts';
import { examples, formatTable, formatTime } from '../output.ts';

export function addMailCommands(program: Command, line: CommandLine): void {
  const mail = program.command('mail').description('the outbox: mail that waits, and mail that was sent');
  withSort(MailQuery, '-created', mail.command('list').description('list the mail of the last days, without its text'))
    .addHelpText('after', examples('mail list --search grace@example.org'))
    .action((options: SortedList<typeof MailQuery>) => list(line, options));
  withJson(mail.command('resend').description('send mail again that was refused or given up, or waits'))
    .argument('[mail]', 'its id, as list --json shows it')
    .option('--failed', 'all that were refused or given up')
    .addHelpText('after', examples('mail resend --failed'))
    .action((id: string | undefined, options: ResendOptions) => resend(line, id, options));
}

interface ResendOptions {
  readonly failed?: boolean;
  readonly json?: boolean;
}

async function resend(line: CommandLine, id: string | undefined, options: ResendOptions): Promise<void> {
  if ((id === undefined) !== (options.failed === true)) {
    throw new AppError('invalid_request', { detail: 'Name one mail, or say --failed for all that were not sent.' });
  }
  const which = id === undefined ? ('failed' as const) : { id };
  const resent = await line.withDatabase((db) => resendMail(db, which, line.by()));
  line.answer(options, { json: { resent }, text: `Mails that are sent again: ${resent}.` });
}

async function list(line: CommandLine, options: SortedList<typeof MailQuery>): Promise<void> {
  const by = line.by();
  const { search, sort } = options;
  const mails = await line.withDatabase((db) =>
    collectRows(line, options, (page) => listMail(db, { ...page, search, sort }, by)),
  );
  const rows = mails.map((mail) => [
    formatTime(mail.createdAt),
    mail.recipient,
    mail.subject,
    mail.state,
    String(mail.attempts),
    mail.lastError ?? '',
  ]);
  line.answer(options, {
    json: mails.map(present),
    text: formatTable(['AT', 'TO', 'SUBJECT', 'STATE', 'ATTEMPTS', 'LAST ERROR'], rows, 'The outbox is empty.'),
  });
}

function present(mail: ListedMail) {
  return {
    id: mail.id,
    recipient: mail.recipient,
    subject: mail.subject,
    state: mail.state,
    attempts: mail.attempts,
    last_error: mail.lastError,
    created_at: mail.createdAt.toISOString(),
    sent_at: mail.sentAt?.toISOString() ?? null,
    next_attempt_at: mail.nextAttemptAt.toISOString(),
  };
}
