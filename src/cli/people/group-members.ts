import type { Command } from 'commander';
import { resolveAccountId } from '../../accounts/lifecycle.ts';
import { findGroup } from '../../roles/find-group.ts';
import { GroupMemberQuery, listGroupMembers } from '../../roles/group-members.ts';
import { addPersonToGroup, removeFromGroup } from '../../roles/groups.ts';
import { type CommandLine, withJson } from '../command-line.ts';
import { collectRows, type SortedList, withSort } from '../listing.ts';
import { examples, formatTable } from '../output.ts';

interface JsonOption {
  readonly json?: boolean;
}

export function addGroupMemberCommands(group: Command, line: CommandLine): void {
  withSort(GroupMemberQuery, '-created', group.command('members').description('list who is in a group'))
    .argument('<group>', 'its id or name')
    .action((name: string, options: SortedList<typeof GroupMemberQuery>) => list(line, name, options));
  withJson(group.command('add').description('put a person into a group'))
    .argument('<group>', 'its id or name')
    .argument('<user>', 'the id or the email address')
    .addHelpText('after', examples('group add Auditors grace@example.org'))
    .action((name: string, who: string, options: JsonOption) => add(line, name, who, options));
  withJson(group.command('remove').description('take a person out of a group; what it gave them ends at once'))
    .argument('<group>', 'its id or name')
    .argument('<user>', 'the id or the email address')
    .action((name: string, who: string, options: JsonOption) => remove(line, name, who, options));
}

async function list(line: CommandLine, name: string, options: SortedList<typeof GroupMemberQuery>): Promise<void> {
  const by = line.by();
  const members = await line.withDatabase(async (db) => {
    const { id } = await findGroup(db, name, by);
    const { search, sort } = options;
    return collectRows(line, options, (page) => listGroupMembers(db, id, { ...page, search, sort }, by));
  });
  line.answer(options, {
    json: members.map(({ id, name, email, disabled_at }) => ({
      account_id: id,
      name,
      email,
      disabled: disabled_at !== null,
    })),
    text: formatTable(
      ['EMAIL', 'NAME', 'STATE'],
      members.map(({ email, name, disabled_at }) => [email, name, disabled_at ? 'disabled' : 'active']),
      'Nobody is in this group.',
    ),
  });
}

async function add(line: CommandLine, name: string, who: string, options: JsonOption): Promise<void> {
  const by = line.by();
  const ids = await line.withDatabase(async (db) => {
    const { id: groupId } = await findGroup(db, name, by);
    await addPersonToGroup(db, { groupId, person: who }, by);
    return { groupId, accountId: await resolveAccountId(db, who) };
  });
  line.answer(options, {
    json: { group_id: ids.groupId, account_id: ids.accountId, member: true },
    text: `${who} is in the group ${name}.`,
  });
}

async function remove(line: CommandLine, name: string, who: string, options: JsonOption): Promise<void> {
  const by = line.by();
  const ids = await line.withDatabase(async (db) => {
    const member = { groupId: (await findGroup(db, name, by)).id, accountId: await resolveAccountId(db, who) };
    await removeFromGroup(db, member, by);
    return member;
  });
  line.answer(options, {
    json: { group_id: ids.groupId, account_id: ids.accountId, member: false },
    text: `${who} is no longer in the group ${name}.`,
  });
}
