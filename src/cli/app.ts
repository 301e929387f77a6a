import type { Command } from 'commander';
import { listApis } from '../apis/apis.ts';
import { listClients } from '../clients/clients.ts';
import { addAppCreateCommand } from './app-create.ts';
import { addAppLifecycleCommands } from './app-lifecycle.ts';
import { addAppSecretCommands } from './app-secret.ts';
import { type CommandLine, withJson } from './command-line.ts';
import { formatDay, formatTable } from './output.ts';
import { presentApp } from './present-app.ts';

export function addAppCommands(program: Command, line: CommandLine): void {
  const app = program.command('app').description('the apps that ask for tokens, and their secrets');
  addAppCreateCommand(app, line);
  withJson(app.command('list').description('list the apps')).action((options: { json?: boolean }) =>
    list(line, options),
  );
  addAppSecretCommands(app, line);
  addAppLifecycleCommands(app, line);
}

async function list(line: CommandLine, options: { json?: boolean }): Promise<void> {
  const { clients, identifiers } = await line.withDatabase(async (db) => {
    const apis = await listApis(db);
    return { clients: await listClients(db), identifiers: new Map(apis.map((api) => [api.id, api.identifier])) };
  });
  const rows = clients.map((client) => [
    client.id,
    client.name,
    client.type,
    formatDay(client.created_at),
    client.disabled_at ? 'disabled' : 'active',
  ]);
  line.answer(options, {
    json: clients.map((client) => presentApp(client, identifiers.get(client.default_api_id ?? '') ?? null)),
    text: formatTable(['CLIENT ID', 'NAME', 'TYPE', 'CREATED', 'STATE'], rows, 'There are no apps yet.'),
  });
}
