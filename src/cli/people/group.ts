import type { Command } from 'commander';
import { presentGroup } from '../../accounts/present.ts';
import { findGroup } from '../../roles/find-group.ts';
import { createGroup, deleteGroup, GroupQuery, listGroups, renameGroup } from '../../roles/groups.ts';
import { listRolesOfGroup } from '../../roles/holders.ts';
import { type CommandLine, withJson } from '../command-line.ts';
import { collectRows, type SortedList, withSort } from '../listing.ts';
import { examples, formatDay, formatFields, formatTable, printable } from '../output.ts';
import { addGroupMemberCommands } from './group-members.ts';

interface JsonOption {
  readonly json?: boolean;
}

export function addGroupCommands(program: Command, line: CommandLine): void {
  const group = program.command('group').description('groups of people, to give roles to; by id or name');
  withSort(GroupQuery, '-created', group.command('list').description('list the groups, the newest first')).action(
    (options: SortedList<typeof GroupQuery>) => list(line, options),
  );
  withJson(group.command('show').description('tell what a group is, and the roles that it gives'))
    .argument('<group>', 'its id or name')
    .action((name: string, options: JsonOption) => show(line, name, options));
  withJson(group.command('create').description('start a group'))
    .requiredOption('--name <name>', 'what people read')
    .addHelpText('after', examples('group create --name Auditors'))
    .action((options: JsonOption & { name: string }) => create(line, options));
  withJson(group.command('update').description('give a group another name'))
    .argument('<group>', 'its id or name')
    .requiredOption('--name <name>', 'the new one')
    .action((name: string, options: JsonOption & { name: string }) => rename(line, name, options));
  withJson(group.command('delete').description('end a group; what its roles gave ends at once'))
    .argument('<group>', 'its id or name')
    .action((name: string, options: JsonOption) => remove(line, name, options));
  addGroupMemberCommands(group, line);
}

async function list(line: CommandLine, options: SortedList<typeof GroupQuery>): Promise<void> {
  const by = line.by();
  const { search, sort } = options;
  const groups = await line.withDatabase((db) =>
    collectRows(line, options, (page) => listGroups(db, { ...page, search, sort }, by)),
  );
  const rows = groups.map(({ id, name, people, created_at }) => [id, name, String(people), formatDay(created_at)]);
  line.answer(options, {
    json: groups.map((group) => ({ ...presentGroup(group), people: group.people })),
    text: formatTable(['ID', 'NAME', 'PEOPLE', 'CREATED'], rows, 'There are no groups yet.'),
  });
}

async function show(line: CommandLine, name: string, options: JsonOption): Promise<void> {
  const by = line.by();
  const { group, roles } = await line.withDatabase(async (db) => {
    const group = await findGroup(db, name, by);
    return { group, roles: await listRolesOfGroup(db, group.id, by) };
  });
  line.answer(options, {
    json: {
      ...presentGroup(group),
      roles: roles.map((role) => ({ id: role.id, name: role.name, api_id: role.apiId })),
    },
    text: `${printable(group.name)}\n\n${formatFields([
      ['id', group.id],
      ['created', formatDay(group.created_at)],
      ...roles.map((role) => ['role', `${role.name} of ${role.apiName}`] as const),
    ])}`,
  });
}

async function create(line: CommandLine, options: JsonOption & { name: string }): Promise<void> {
  const group = await line.withDatabase((db) => createGroup(db, { name: options.name }, line.by()));
  line.answer(options, {
    json: presentGroup(group),
    text: `Started the group ${printable(group.name)} (${group.id}).`,
  });
}

async function rename(line: CommandLine, name: string, options: JsonOption & { name: string }): Promise<void> {
  const by = line.by();
  const group = await line.withDatabase(async (db) => {
    const { id } = await findGroup(db, name, by);
    return renameGroup(db, { groupId: id, name: options.name }, by);
  });
  line.answer(options, { json: presentGroup(group), text: `The group is ${printable(group.name)} now.` });
}

async function remove(line: CommandLine, name: string, options: JsonOption): Promise<void> {
  const by = line.by();
  const group = await line.withDatabase(async (db) => {
    const found = await findGroup(db, name, by);
    await deleteGroup(db, found.id, by);
    return found;
  });
  line.answer(options, { json: { id: group.id, deleted: true }, text: `Deleted the group ${printable(group.name)}.` });
}
