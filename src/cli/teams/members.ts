import { Argument, type Command } from 'commander';
import { resolveAccountId } from '../../accounts/lifecycle.ts';
import { addMember } from '../../teams/add-member.ts';
import { findTeam } from '../../teams/find-team.ts';
import { listMembers, MemberQuery } from '../../teams/list-members.ts';
import { changeMemberRole, removeMember, TeamRoleName } from '../../teams/members.ts';
import { presentMember } from '../../teams/present.ts';
import { type CommandLine, withJson } from '../command-line.ts';
import { collectRows, type SortedList, withSort } from '../listing.ts';
import { examples, formatDay, formatTable } from '../output.ts';

interface JsonOption {
  readonly json?: boolean;
}

const role = () => new Argument('<role>', 'what they may do there').choices(TeamRoleName.options);

export function addMemberCommands(team: Command, line: CommandLine): void {
  withSort(MemberQuery, 'joined', team.command('members').description('list who is in a team'))
    .argument('<team>', 'its id or name')
    .action((name: string, options: SortedList<typeof MemberQuery>) => list(line, name, options));
  const member = team.command('member').description('who is in a team, and as what');
  withJson(member.command('add').description('put a person with an account into a team, without asking them'))
    .argument('<team>', 'its id or name')
    .argument('<user>', 'the id or the email address')
    .addArgument(role())
    .addHelpText('after', examples('team member add Sales grace@example.org developer'))
    .action((name: string, who: string, as: string, options: JsonOption) => add(line, { name, who, as }, options));
  withJson(member.command('role').description('say what a member may do in the team'))
    .argument('<team>', 'its id or name')
    .argument('<user>', 'the id or the email address')
    .addArgument(role())
    .action((name: string, who: string, as: string, options: JsonOption) => change(line, { name, who, as }, options));
  withJson(member.command('remove').description('take a person out of a team'))
    .argument('<team>', 'its id or name')
    .argument('<user>', 'the id or the email address')
    .action((name: string, who: string, options: JsonOption) => remove(line, { name, who }, options));
}

async function list(line: CommandLine, name: string, options: SortedList<typeof MemberQuery>): Promise<void> {
  const by = line.by();
  const members = await line.withDatabase(async (db) => {
    const { id } = await findTeam(db, name, by);
    const { search, sort } = options;
    return collectRows(line, options, (page) => listMembers(db, id, { ...page, search, sort }, by));
  });
  const rows = members.map((member) => [
    member.email,
    member.name,
    member.role,
    formatDay(member.created_at),
    member.disabled_at ? 'disabled' : 'active',
  ]);
  line.answer(options, {
    json: members.map(presentMember),
    text: formatTable(['EMAIL', 'NAME', 'ROLE', 'JOINED', 'STATE'], rows, 'Nobody is in this team.'),
  });
}

interface Wanted {
  readonly name: string;
  readonly who: string;
  readonly as: string;
}

async function add(line: CommandLine, { name, who, as }: Wanted, options: JsonOption): Promise<void> {
  const by = line.by();
  const ids = await line.withDatabase(async (db) => {
    const membership = { teamId: (await findTeam(db, name, by)).id, accountId: await resolveAccountId(db, who) };
    await addMember(db, { ...membership, role: as }, by);
    return membership;
  });
  line.answer(options, {
    json: { team_id: ids.teamId, account_id: ids.accountId, role: as },
    text: `${who} is in ${name} as ${as}.`,
  });
}

async function change(line: CommandLine, { name, who, as }: Wanted, options: JsonOption): Promise<void> {
  const by = line.by();
  const ids = await line.withDatabase(async (db) => {
    const membership = { teamId: (await findTeam(db, name, by)).id, accountId: await resolveAccountId(db, who) };
    await changeMemberRole(db, { ...membership, role: as }, by);
    return membership;
  });
  line.answer(options, {
    json: { team_id: ids.teamId, account_id: ids.accountId, role: as },
    text: `${who} is ${as} in ${name} now.`,
  });
}

async function remove(line: CommandLine, { name, who }: Omit<Wanted, 'as'>, options: JsonOption): Promise<void> {
  const by = line.by();
  const ids = await line.withDatabase(async (db) => {
    const membership = { teamId: (await findTeam(db, name, by)).id, accountId: await resolveAccountId(db, who) };
    await removeMember(db, membership, by);
    return membership;
  });
  line.answer(options, {
    json: { team_id: ids.teamId, account_id: ids.accountId, removed: true },
    text: `${who} is no longer in ${name}.`,
  });
}
