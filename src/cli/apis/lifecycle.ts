import type { Command } from 'commander';
import type { By } from '../../access.ts';
import { deleteApi, resumeApi, suspendApi } from '../../apis/api-lifecycle.ts';
import { findCatalogueApi } from '../../apis/catalogue/find-api.ts';
import type { Db } from '../../db/connections/connection.ts';
import { type CommandLine, withJson } from '../command-line.ts';
import { examples } from '../output.ts';
import { addIntrospectionCommands } from './introspection.ts';

interface JsonOption {
  readonly json?: boolean;
}

export function addApiLifecycleCommands(api: Command, line: CommandLine): void {
  withJson(api.command('suspend').description('stop an API for all apps; its tokens are refused'))
    .argument('<api>', 'its identifier')
    .requiredOption('--reason <reason>', 'kept in the audit trail, and shown to its owners')
    .addHelpText('after', examples('api suspend https://orders.example.com --reason "it leaks names"'))
    .action((name: string, options: JsonOption & { reason: string }) => suspend(line, name, options));
  withJson(api.command('resume').description('let apps use a suspended API again'))
    .argument('<api>', 'its identifier')
    .action((name: string, options: JsonOption) => resume(line, name, options));
  withJson(api.command('delete').description('remove an API with its scopes, roles and subscriptions, for good'))
    .argument('<api>', 'its identifier')
    .action((name: string, options: JsonOption) => remove(line, name, options));
  addIntrospectionCommands(api, line);
}

const idOf = async (db: Db, name: string, by: By) => (await findCatalogueApi(db, name, by)).api.id;

async function suspend(line: CommandLine, name: string, options: JsonOption & { reason: string }): Promise<void> {
  const by = line.by();
  const { reason } = options;
  await line.withDatabase(async (db) => suspendApi(db, { id: await idOf(db, name, by) }, { reason }, by));
  line.answer(options, {
    json: { api: name, suspended: true },
    text: `Suspended ${name}; no app gets tokens for it, and those that are out are refused.`,
  });
}

async function resume(line: CommandLine, name: string, options: JsonOption): Promise<void> {
  const by = line.by();
  await line.withDatabase(async (db) => resumeApi(db, { id: await idOf(db, name, by) }, by));
  line.answer(options, {
    json: { api: name, suspended: false },
    text: `Apps get tokens for ${name} again; those from before stay refused.`,
  });
}

async function remove(line: CommandLine, name: string, options: JsonOption): Promise<void> {
  const by = line.by();
  await line.withDatabase(async (db) => deleteApi(db, { id: await idOf(db, name, by) }, by));
  line.answer(options, {
    json: { api: name, deleted: true },
    text: `Deleted ${name}; tokens for it are refused.`,
  });
}
