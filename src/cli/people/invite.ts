import type { Command } from 'commander';
import { invite } from '../../teams/invitations.ts';
import { presentInvitation } from '../../teams/present.ts';
import { type CommandLine, withJson } from '../command-line.ts';
import { examples, formatDay } from '../output.ts';

interface Options {
  readonly email: string;
  readonly json?: boolean;
}

export function addUserInviteCommand(user: Command, line: CommandLine): void {
  withJson(user.command('invite').description('invite an address to an account; the code goes there by mail'))
    .requiredOption('--email <address>', 'whom to invite')
    .addHelpText('after', examples('user invite --email grace@example.org'))
    .action((options: Options) => inviteOne(line, options));
}

async function inviteOne(line: CommandLine, options: Options): Promise<void> {
  const { email } = options;
  const { invitation } = await line.withDatabase((db, { outbox }) => invite(db, outbox(), { email }, line.by()));
  line.answer(options, {
    json: presentInvitation(invitation),
    text: `Invited ${email}. The mail is in the outbox; the invitation ends on ${formatDay(invitation.expires_at)}.`,
  });
}
