import type { Command } from 'commander';
import { findTeam } from '../../teams/find-team.ts';
import { invite, listInvitations, withdrawInvitation } from '../../teams/invitations.ts';
import { TeamRoleName } from '../../teams/members.ts';
import { presentInvitation } from '../../teams/present.ts';
import { type CommandLine, withJson } from '../command-line.ts';
import { choice } from '../option-values.ts';
import { examples, formatDay, formatTable } from '../output.ts';

interface JsonOption {
  readonly json?: boolean;
}

interface InviteOptions extends JsonOption {
  readonly email: string;
  readonly role: 'owner' | 'developer' | 'viewer';
}

export function addInvitationCommands(team: Command, line: CommandLine): void {
  withJson(team.command('invite').description('invite an address into a team; the code goes there by mail'))
    .argument('<team>', 'its id or name')
    .requiredOption('--email <address>', 'whom to invite')
    .addOption(choice('--role <role>', 'as what', TeamRoleName.options).makeOptionMandatory())
    .addHelpText('after', examples('team invite Sales --email grace@example.org --role developer'))
    .action((name: string, options: InviteOptions) => inviteInto(line, name, options));
  withJson(team.command('invitations').description('list the open invitations into a team'))
    .argument('<team>', 'its id or name')
    .action((name: string, options: JsonOption) => list(line, name, options));
  withJson(team.command('uninvite').description('withdraw an invitation that was not accepted yet'))
    .argument('<invitation>', 'its id, as the list shows it')
    .action((id: string, options: JsonOption) => withdraw(line, id, options));
}

async function inviteInto(line: CommandLine, name: string, options: InviteOptions): Promise<void> {
  const by = line.by();
  const { email, role } = options;
  const { invitation } = await line.withDatabase(async (db, { outbox }) => {
    const { id: teamId } = await findTeam(db, name, by);
    return invite(db, outbox(), { email, teamId, role }, by);
  });
  line.answer(options, {
    json: presentInvitation(invitation),
    text: `Invited ${email} into ${name} as ${role}. The mail is in the outbox; the invitation ends on ${formatDay(invitation.expires_at)}.`,
  });
}

async function list(line: CommandLine, name: string, options: JsonOption): Promise<void> {
  const by = line.by();
  const invitations = await line.withDatabase(async (db) => {
    const { id } = await findTeam(db, name, by);
    return listInvitations(db, id, by);
  });
  const rows = invitations.map(({ id, email, role, created_at, expires_at }) => [
    id,
    email,
    role ?? '',
    formatDay(created_at),
    formatDay(expires_at),
  ]);
  line.answer(options, {
    json: invitations.map(presentInvitation),
    text: formatTable(['ID', 'EMAIL', 'ROLE', 'SENT', 'ENDS'], rows, 'There are no open invitations.'),
  });
}

async function withdraw(line: CommandLine, id: string, options: JsonOption): Promise<void> {
  await line.withDatabase((db) => withdrawInvitation(db, id, line.by()));
  line.answer(options, { json: { id, withdrawn: true }, text: `Withdrew the invitation ${id}.` });
}
