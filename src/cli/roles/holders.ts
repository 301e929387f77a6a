import type { Command } from 'commander';
import type { Kysely } from 'kysely';
import type { By } from '../../access.ts';
import { resolveAccountId } from '../../accounts/lifecycle.ts';
import type { Tables } from '../../db/tables/tables.ts';
import { findGroup } from '../../roles/find-group.ts';
import { findRole } from '../../roles/find-role.ts';
import { assignRole, findHolders, unassignRole } from '../../roles/holders.ts';
import { presentRole } from '../../roles/present.ts';
import type { CommandLine } from '../command-line.ts';
import { examples, formatFields, printable } from '../output.ts';
import { withRole } from './with-role.ts';

interface HolderOptions {
  readonly api?: string;
  readonly user?: string;
  readonly group?: string;
  readonly json?: boolean;
}

export function addHolderCommands(role: Command, line: CommandLine): void {
  withRole(role.command('show').description('tell what a role gives, and to whom')).action(
    (name: string, options: HolderOptions) => show(line, name, options),
  );
  const withHolder = (command: Command) =>
    withRole(command)
      .option('--user <user>', 'a person, by id or email address (required, or --group)')
      .option('--group <group>', 'a group, by id or name (required, or --user)');
  const action = (isGiven: boolean) => (name: string, options: HolderOptions, command: Command) => {
    if ((options.user === undefined) === (options.group === undefined)) {
      command.error('error: name either --user or --group');
    }
    return isGiven ? assign(line, name, options) : unassign(line, name, options);
  };
  withHolder(role.command('assign').description('give a role to a person or to a group'))
    .addHelpText('after', examples('role assign clerk --api https://pay.example.com --user grace@example.org'))
    .action(action(true));
  withHolder(role.command('unassign').description('take a role away; the tokens that it gave end at once')).action(
    action(false),
  );
}

async function show(line: CommandLine, name: string, options: HolderOptions): Promise<void> {
  const by = line.by();
  const { role, people, groups } = await line.withDatabase(async (db) => {
    const role = await findRole(db, { role: name, api: options.api }, by);
    return { role, ...(await findHolders(db, role.id, by)) };
  });
  line.answer(options, {
    json: {
      ...presentRole(role),
      accounts: people,
      groups,
    },
    text: `${printable(role.name)}\n\n${formatFields([
      ['id', role.id],
      ['gives', role.scopes.join(' ') || 'nothing'],
      ...people.map((person) => ['person', `${person.name} (${person.email})`] as const),
      ...groups.map((group) => ['group', group.name] as const),
    ])}`,
  });
}

async function assign(line: CommandLine, name: string, options: HolderOptions): Promise<void> {
  const by = line.by();
  const done = await line.withDatabase(async (db) => {
    const { role, holder } = await find(db, name, options, by);
    await assignRole(db, role.id, 'accountId' in holder ? { person: holder.accountId } : holder, by);
    return present(role.id, holder);
  });
  line.answer(options, {
    json: { ...done, assigned: true },
    text: `${options.user ?? options.group} has the role ${name} now.`,
  });
}

async function unassign(line: CommandLine, name: string, options: HolderOptions): Promise<void> {
  const by = line.by();
  const done = await line.withDatabase(async (db) => {
    const { role, holder } = await find(db, name, options, by);
    await unassignRole(db, role.id, holder, by);
    return present(role.id, holder);
  });
  line.answer(options, {
    json: { ...done, assigned: false },
    text: `${options.user ?? options.group} no longer has the role ${name}; the tokens that it gave have ended.`,
  });
}

type Holder = { readonly accountId: string } | { readonly groupId: string };

async function find(db: Kysely<Tables>, name: string, options: HolderOptions, by: By) {
  const role = await findRole(db, { role: name, api: options.api }, by);
  return { role, holder: await findHolder(db, options, by) };
}

async function findHolder(db: Kysely<Tables>, { user, group }: HolderOptions, by: By): Promise<Holder> {
  if (user !== undefined) return { accountId: await resolveAccountId(db, user) };
  return { groupId: (await findGroup(db, group ?? '', by)).id };
}

const present = (roleId: string, holder: Holder) =>
  'accountId' in holder
    ? { role_id: roleId, account_id: holder.accountId }
    : { role_id: roleId, group_id: holder.groupId };
