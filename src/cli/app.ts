import type { Command } from 'commander';
import type { Kysely } from 'kysely';
import { type ListedClient, listClients } from '../clients/find-clients.ts';
import type { Tables } from '../db/tables.ts';
import type { By } from '../teams/access.ts';
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
  const clients = await line.withDatabase((db) => allClients(db, line.by()));
  const rows = clients.map((client) => [
    client.id,
    client.name,
    client.type,
    formatDay(client.created_at),
    client.disabled_at ? 'disabled' : 'active',
  ]);
  line.answer(options, {
    json: clients.map((client) => presentApp(client, client.default_api)),
    text: formatTable(['CLIENT ID', 'NAME', 'TYPE', 'CREATED', 'STATE'], rows, 'There are no apps yet.'),
  });
}

/** Page by page, the oldest first as they were made. */
async function allClients(db: Kysely<Tables>, by: By): Promise<ListedClient[]> {
  const clients: ListedClient[] = [];
  let cursor: string | undefined;
  do {
    const page = await listClients(db, { limit: 100, cursor }, by);
    clients.push(...page.rows);
    cursor = page.next;
  } while (cursor);
  return clients.reverse();
}
