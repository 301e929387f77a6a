import type { Command } from 'commander';
import { resolveAccountId } from '../../accounts/lifecycle.ts';
import type { Team } from '../../db/tables/teams.ts';
import { findBelongings } from '../../teams/belongings.ts';
import { findTeam } from '../../teams/find-team.ts';
import { presentTeam } from '../../teams/present.ts';
import { createTeam, deleteTeam, listTeams, renameTeam, TeamQuery } from '../../teams/teams.ts';
import { type CommandLine, withJson } from '../command-line.ts';
import { collectRows, type SortedList, withSort } from '../listing.ts';
import { examples, formatDay, formatFields, formatTable, printable } from '../output.ts';
import { addInvitationCommands } from './invitations.ts';
import { addMemberCommands } from './members.ts';
import { addTeamSuspensionCommands } from './suspension.ts';

interface JsonOption {
  readonly json?: boolean;
}

export function addTeamCommands(program: Command, line: CommandLine): void {
  const team = program.command('team').description('the teams that own apps and APIs; a team goes by its id or name');
  withSort(TeamQuery, '-created', team.command('list').description('list the teams, the newest first')).action(
    (options: SortedList<typeof TeamQuery>) => list(line, options),
  );
  withJson(team.command('show').description('tell what a team is and owns'))
    .argument('<team>', 'its id or name')
    .action((name: string, options: JsonOption) => show(line, name, options));
  withJson(team.command('create').description('start a team'))
    .requiredOption('--name <name>', 'what people read')
    .option('--owner <user>', 'the person to own it, by id or email address')
    .addHelpText('after', examples('team create --name Sales --owner ada@example.org'))
    .action((options: JsonOption & { name: string; owner?: string }) => create(line, options));
  withJson(team.command('update').description('give a team another name'))
    .argument('<team>', 'its id or name')
    .requiredOption('--name <name>', 'the new one')
    .action((name: string, options: JsonOption & { name: string }) => rename(line, name, options));
  withJson(team.command('delete').description('end a team that owns nothing any more'))
    .argument('<team>', 'its id or name')
    .action((name: string, options: JsonOption) => remove(line, name, options));
  addTeamSuspensionCommands(team, line);
  addMemberCommands(team, line);
  addInvitationCommands(team, line);
}

async function list(line: CommandLine, options: SortedList<typeof TeamQuery>): Promise<void> {
  const by = line.by();
  const { search, sort } = options;
  const teams = await line.withDatabase((db) =>
    collectRows(line, options, (page) => listTeams(db, { ...page, search, sort }, by)),
  );
  const rows = teams.map((team) => [team.id, team.name, formatDay(team.created_at), stateOf(team)]);
  line.answer(options, {
    json: teams.map(presentTeam),
    text: formatTable(['ID', 'NAME', 'CREATED', 'STATE'], rows, 'There are no teams yet.'),
  });
}

const stateOf = (team: Team) => (team.suspended_at ? 'suspended' : 'active');

async function show(line: CommandLine, name: string, options: JsonOption): Promise<void> {
  const by = line.by();
  const { team, apps, apis } = await line.withDatabase(async (db) => {
    const team = await findTeam(db, name, by);
    return { team, ...(await findBelongings(db, team.id, by)) };
  });
  line.answer(options, {
    json: {
      ...presentTeam(team),
      apps: apps.map(({ id, name }) => ({ id, name })),
      apis: apis.map(({ id, identifier, name }) => ({ id, identifier, name })),
    },
    text: `${printable(team.name)}\n\n${formatFields([
      ['id', team.id],
      ['state', team.suspended_at ? `suspended: ${team.suspended_reason}` : 'active'],
      ['created', formatDay(team.created_at)],
      ...apps.map((app) => ['app', `${app.name} (${app.id})`] as const),
      ...apis.map((api) => ['API', `${api.name} (${api.identifier})`] as const),
    ])}`,
  });
}

async function create(line: CommandLine, options: JsonOption & { name: string; owner?: string }): Promise<void> {
  const { name, owner } = options;
  const team = await line.withDatabase(async (db) => {
    const account = owner === undefined ? undefined : await resolveAccountId(db, owner);
    return createTeam(db, { name, owner: account }, line.by());
  });
  const next = owner ? '' : `\nNobody is in it yet: npx latchkey team invite ${team.id} --email … --role owner`;
  line.answer(options, {
    json: presentTeam(team),
    text: `Started the team ${printable(team.name)} (${team.id}).${next}`,
  });
}

async function rename(line: CommandLine, name: string, options: JsonOption & { name: string }): Promise<void> {
  const by = line.by();
  const team = await line.withDatabase(async (db) => {
    const { id } = await findTeam(db, name, by);
    return renameTeam(db, { teamId: id, name: options.name }, by);
  });
  line.answer(options, { json: presentTeam(team), text: `The team is ${printable(team.name)} now.` });
}

async function remove(line: CommandLine, name: string, options: JsonOption): Promise<void> {
  const by = line.by();
  const team = await line.withDatabase(async (db) => {
    const found = await findTeam(db, name, by);
    await deleteTeam(db, found.id, by);
    return found;
  });
  line.answer(options, { json: { id: team.id, deleted: true }, text: `Deleted the team ${printable(team.name)}.` });
}
