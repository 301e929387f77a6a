import type { Command } from 'commander';
import { allowIntrospection, endIntrospection, listIntrospectors } from '../../subscriptions/introspectors.ts';
import { type CommandLine, withJson } from '../command-line.ts';
import { formatTable } from '../output.ts';

interface JsonOption {
  readonly json?: boolean;
}

export function addIntrospectionCommands(api: Command, line: CommandLine): void {
  withJson(
    api.command('allow-introspection').description("let an app introspect an API's tokens, as its resource server"),
  )
    .argument('<api>', 'its identifier')
    .argument('<app>', 'the client_id of the app')
    .action((name: string, clientId: string, options: JsonOption) => allow(line, name, clientId, options));
  withJson(
    api
      .command('end-introspection')
      .description("stop an app from introspecting an API's tokens, from the next request on"),
  )
    .argument('<api>', 'its identifier')
    .argument('<app>', 'the client_id of the app')
    .action((name: string, clientId: string, options: JsonOption) => end(line, name, clientId, options));
  withJson(api.command('introspectors').description("list the apps that introspect an API's tokens"))
    .argument('<api>', 'its identifier')
    .action((name: string, options: JsonOption) => list(line, name, options));
}

async function allow(line: CommandLine, apiIdentifier: string, clientId: string, options: JsonOption): Promise<void> {
  await line.withDatabase((db) => allowIntrospection(db, { apiIdentifier, clientId }, line.by()));
  line.answer(options, {
    json: { api: apiIdentifier, client_id: clientId, introspection: true },
    text: `${clientId} may introspect the tokens of ${apiIdentifier}.`,
  });
}

async function end(line: CommandLine, apiIdentifier: string, clientId: string, options: JsonOption): Promise<void> {
  await line.withDatabase((db) => endIntrospection(db, { apiIdentifier, clientId }, line.by()));
  line.answer(options, {
    json: { api: apiIdentifier, client_id: clientId, introspection: false },
    text: `${clientId} no longer introspects the tokens of ${apiIdentifier}.`,
  });
}

async function list(line: CommandLine, apiIdentifier: string, options: JsonOption): Promise<void> {
  const apps = await line.withDatabase((db) => listIntrospectors(db, apiIdentifier, line.by()));
  line.answer(options, {
    json: apps,
    text: formatTable(
      ['CLIENT ID', 'NAME'],
      apps.map(({ id, name }) => [id, name]),
      'No app introspects the tokens of this API.',
    ),
  });
}
