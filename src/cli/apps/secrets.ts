import type { Command } from 'commander';
import { presentSecrets } from '../../clients/present.ts';
import { listSecrets, removeSecret } from '../../clients/secrets/secrets.ts';
import { type CommandLine, withJson } from '../command-line.ts';
import { formatDay, formatTable } from '../output.ts';
import { addNewSecretCommands } from './new-secrets.ts';

interface JsonOption {
  readonly json?: boolean;
}

/** @returns the group, for the caller to describe: there is `secret`, and the older `app secret` */
export function addSecretCommands(parent: Command, line: CommandLine): Command {
  const secret = parent.command('secret');
  withJson(secret.command('list').description('list the secrets of an app, never their values'))
    .argument('<app>', 'its client_id')
    .action((clientId: string, options: JsonOption) => list(line, clientId, options));
  addNewSecretCommands(secret, line);
  withJson(secret.command('remove').alias('delete').description('remove a secret; it stops working at once'))
    .argument('<app>', 'its client_id')
    .argument('<secret-id>', 'as the list shows it')
    .action((clientId: string, secretId: string, options: JsonOption) => remove(line, { clientId, secretId }, options));
  return secret;
}

const STANDINGS = {
  ended: 'ended',
  waiting: 'ends when its successor is used',
  quiet: 'not used for a day while a newer one is: safe to remove',
  ending: 'ends soon',
  unused: 'never used',
  live: 'in use',
};

async function list(line: CommandLine, clientId: string, options: JsonOption): Promise<void> {
  const by = line.by();
  const secrets = await line.withDatabase((db) => listSecrets(db, clientId, by));
  const presented = presentSecrets(secrets, by.now);
  const rows = secrets.map((secret, index) => [
    secret.id,
    secret.name,
    formatDay(secret.created_at),
    formatDay(secret.expires_at),
    formatDay(secret.last_used_at),
    STANDINGS[presented[index]?.standing ?? 'live'],
  ]);
  line.answer(options, {
    json: presented.map((secret) => ({ secret_id: secret.id, ...secret })),
    text: formatTable(
      ['SECRET ID', 'NAME', 'CREATED', 'EXPIRES', 'LAST USED', 'STANDING'],
      rows,
      'This app has no secrets.',
    ),
  });
}

async function remove(line: CommandLine, secret: { clientId: string; secretId: string }, options: JsonOption) {
  await line.withDatabase((db) => removeSecret(db, secret, line.by()));
  line.answer(options, {
    json: { client_id: secret.clientId, secret_id: secret.secretId, removed: true },
    text: `Removed the secret ${secret.secretId}; it no longer works.`,
  });
}
