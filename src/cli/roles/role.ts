import type { Command } from 'commander';
import { findCatalogueApi } from '../../apis/catalogue/find-api.ts';
import { findRole } from '../../roles/find-role.ts';
import { presentRole } from '../../roles/present.ts';
import { createRole, deleteRole, listRoles, updateRole } from '../../roles/roles.ts';
import { type CommandLine, withJson } from '../command-line.ts';
import { CommandFailure } from '../failures.ts';
import { collectWords, given, orEmpty } from '../option-values.ts';
import { examples, formatTable, printable } from '../output.ts';
import { addHolderCommands } from './holders.ts';
import { withRole } from './with-role.ts';

interface JsonOption {
  readonly json?: boolean;
}

interface RoleOptions extends JsonOption {
  readonly api?: string;
  readonly name?: string;
  readonly description?: string;
  readonly scope?: string[];
}

export function addRoleCommands(program: Command, line: CommandLine): void {
  const role = program.command('role').description('roles of APIs: scopes that people need a role for');
  withJson(role.command('list').description('list the roles of an API'))
    .requiredOption('--api <api>', 'its identifier')
    .action((options: JsonOption & { api: string }) => list(line, options));
  withJson(role.command('create').description('add a role to an API'))
    .requiredOption('--api <api>', 'its identifier')
    .requiredOption('--name <name>', 'what people read, and what tokens name')
    .option('--description <text>', 'what it is for')
    .option('--scope <scope>', 'a scope that it gives; may be repeated', collectWords)
    .addHelpText('after', examples('role create --api https://pay.example.com --name clerk --scope pay:refund'))
    .action((options: RoleOptions & { api: string; name: string }) => create(line, options));
  withRole(role.command('update').description('change a role; what is not named stays as it is'))
    .option('--name <name>', 'a new name')
    .option('--description <text>', 'what it is for')
    .option('--scope <scope>', 'what it gives from now on; may be repeated', collectWords)
    .addHelpText('after', examples('role update clerk --api https://pay.example.com --scope "pay:read pay:refund"'))
    .action((name: string, options: RoleOptions) => update(line, name, options));
  withRole(role.command('delete').description('end a role; what it gave ends at once')).action(
    (name: string, options: RoleOptions) => remove(line, name, options),
  );
  addHolderCommands(role, line);
}

async function list(line: CommandLine, options: JsonOption & { api: string }): Promise<void> {
  const by = line.by();
  const roles = await line.withDatabase(async (db) => {
    const { api } = await findCatalogueApi(db, options.api, by);
    return listRoles(db, api.id, by);
  });
  const rows = roles.map((role) => [
    role.id,
    role.name,
    String(role.people),
    String(role.groups),
    role.scopes.join(' '),
    role.description,
  ]);
  line.answer(options, {
    json: roles.map(presentRole),
    text: formatTable(['ID', 'NAME', 'PEOPLE', 'GROUPS', 'SCOPES', 'DESCRIPTION'], rows, 'This API has no roles yet.'),
  });
}

async function create(line: CommandLine, options: RoleOptions & { api: string; name: string }): Promise<void> {
  const by = line.by();
  const { name, description, scope: scopes = [] } = options;
  const role = await line.withDatabase(async (db) => {
    const { api } = await findCatalogueApi(db, options.api, by);
    return createRole(db, api.id, { name, description, scopes }, by);
  });
  line.answer(options, {
    json: presentRole(role),
    text: `Added the role ${printable(role.name)} (${role.id}) to ${options.api}.`,
  });
}

async function update(line: CommandLine, name: string, options: RoleOptions): Promise<void> {
  const by = line.by();
  const changes = given({ name: options.name, description: options.description, scopes: orEmpty(options.scope) });
  if (Object.keys(changes).length === 0)
    throw new CommandFailure('name at least one thing to change; --help lists them');
  const role = await line.withDatabase(async (db) => {
    const { id } = await findRole(db, { role: name, api: options.api }, by);
    return updateRole(db, id, changes, by);
  });
  line.answer(options, {
    json: presentRole(role),
    text: `${printable(role.name)} gives ${role.scopes.join(' ') || 'nothing'} now.`,
  });
}

async function remove(line: CommandLine, name: string, options: RoleOptions): Promise<void> {
  const by = line.by();
  const role = await line.withDatabase(async (db) => {
    const found = await findRole(db, { role: name, api: options.api }, by);
    await deleteRole(db, found.id, by);
    return found;
  });
  line.answer(options, {
    json: { id: role.id, deleted: true },
    text: `Deleted the role ${printable(role.name)}; what it gave has ended.`,
  });
}
