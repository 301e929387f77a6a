import type { Command } from 'commander';
import { deleteClient, disableClient, enableClient } from '../../clients/lifecycle.ts';
import { cancelSubscription } from '../../subscriptions/subscriptions.ts';
import { type CommandLine, withJson } from '../command-line.ts';
import { examples } from '../output.ts';

interface Options {
  readonly reason: string;
  readonly json?: boolean;
}

export function addAppLifecycleCommands(app: Command, line: CommandLine): void {
  withJson(app.command('disable').description('stop an app; its tokens are refused'))
    .argument('<app>', 'its client_id')
    .requiredOption('--reason <reason>', 'kept in the audit trail')
    .addHelpText('after', examples('app disable app_8dd49c5841b8e2bcfeac14ed --reason "leaked in a screenshot"'))
    .action((clientId: string, options: Options) => disable(line, clientId, options));

  withJson(app.command('enable').description('let a stopped app start anew'))
    .argument('<app>', 'its client_id')
    .action((clientId: string, options: Options) => enable(line, clientId, options));

  withJson(app.command('unsubscribe').description('take an API from an app; its tokens for it are refused'))
    .argument('<app>', 'its client_id')
    .requiredOption('--api <identifier>', 'the API')
    .option('--reason <reason>', 'kept with the revocation', 'subscription cancelled')
    .action((clientId: string, options: Options & { api: string }) => unsubscribe(line, clientId, options));

  withJson(app.command('delete').description('remove an app with its secrets and subscriptions, for good'))
    .argument('<app>', 'its client_id')
    .action((clientId: string, options: Options) => remove(line, clientId, options));
}

async function disable(line: CommandLine, clientId: string, options: Options): Promise<void> {
  await line.withDatabase((db) => disableClient(db, { clientId, reason: options.reason }, line.by()));
  line.answer(options, {
    json: { client_id: clientId, disabled: true },
    text: `Stopped ${clientId}; its next request fails, and tokens that it holds are refused.`,
  });
}

async function enable(line: CommandLine, clientId: string, options: Options): Promise<void> {
  await line.withDatabase((db) => enableClient(db, clientId, line.by()));
  line.answer(options, {
    json: { client_id: clientId, disabled: false },
    text: `${clientId} can get tokens again; those from before stay refused.`,
  });
}

async function unsubscribe(line: CommandLine, clientId: string, options: Options & { api: string }): Promise<void> {
  const { api, reason } = options;
  await line.withDatabase((db) => cancelSubscription(db, { clientId, apiIdentifier: api, reason }, line.by()));
  line.answer(options, {
    json: { client_id: clientId, api, subscribed: false },
    text: `${clientId} gets no more tokens for ${api}, and those that it holds are refused.`,
  });
}

async function remove(line: CommandLine, clientId: string, options: Options): Promise<void> {
  await line.withDatabase((db) => deleteClient(db, { clientId }, line.by()));
  line.answer(options, {
    json: { client_id: clientId, deleted: true },
    text: `Deleted ${clientId}; tokens that it holds are refused.`,
  });
}
