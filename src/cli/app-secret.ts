import type { Command } from 'commander';
import { z } from 'zod';
import { addSecret, listSecrets, removeSecret } from '../clients/secrets.ts';
import { type CommandLine, withJson } from './command-line.ts';
import { wholeNumber } from './option-values.ts';
import { formatDay, formatFields, formatTable } from './output.ts';

const DAY = 86_400_000;

const AddOptions = z.object({
  name: z.string().trim().min(1).max(100).default('added by command'),
  expiresInDays: z.int().min(1).max(3650).optional(),
});

interface Options extends z.input<typeof AddOptions> {
  readonly json?: boolean;
}

export function addAppSecretCommands(app: Command, line: CommandLine): void {
  const secret = app.command('secret').description('the secrets of an app; all that are listed work');

  withJson(secret.command('add').description('add a secret beside the others, and show it once'))
    .argument('<app>', 'its client_id')
    .option('--name <name>', 'to know it by later')
    .option('--expires-in-days <days>', 'when it stops working (default: never)', wholeNumber)
    .action((clientId: string, options: Options) => add(line, clientId, options));

  withJson(secret.command('list').description('list the secrets of an app, never their values'))
    .argument('<app>', 'its client_id')
    .action((clientId: string, options: Options) => list(line, clientId, options));

  withJson(secret.command('remove').description('remove a secret; it stops working at once'))
    .argument('<app>', 'its client_id')
    .argument('<secret-id>', 'as the list shows it')
    .action((clientId: string, secretId: string, options: Options) => remove(line, { clientId, secretId }, options));
}

async function add(line: CommandLine, clientId: string, options: Options): Promise<void> {
  const { name, expiresInDays } = AddOptions.parse(options);
  const by = line.by();
  const expiresAt = expiresInDays === undefined ? undefined : new Date(by.now.getTime() + expiresInDays * DAY);
  const added = await line.withDatabase((db) => addSecret(db, { clientId, name, expiresAt }, by));
  const fields: [string, string][] = [
    ['secret_id', added.id],
    ['client_secret', added.secret],
  ];
  if (expiresAt) fields.push(['expires', formatDay(expiresAt)]);
  line.answer(options, {
    json: {
      client_id: clientId,
      secret_id: added.id,
      name: added.name,
      client_secret: added.secret,
      expires_at: expiresAt ?? null,
    },
    text: `Added a secret to ${clientId}.\n\n${formatFields(fields)}\n\nIt is shown this once; only a hash of it is kept.`,
  });
}

async function list(line: CommandLine, clientId: string, options: Options): Promise<void> {
  const secrets = await line.withDatabase((db) => listSecrets(db, clientId, line.by()));
  const rows = secrets.map(({ id, name, created_at, expires_at }) => [
    id,
    name,
    formatDay(created_at),
    formatDay(expires_at),
  ]);
  line.answer(options, {
    json: secrets.map(({ id, name, created_at, expires_at }) => ({ secret_id: id, name, created_at, expires_at })),
    text: formatTable(['SECRET ID', 'NAME', 'CREATED', 'EXPIRES'], rows, 'This app has no secrets.'),
  });
}

async function remove(line: CommandLine, secret: { clientId: string; secretId: string }, options: Options) {
  await line.withDatabase((db) => removeSecret(db, secret, line.by()));
  line.answer(options, {
    json: { client_id: secret.clientId, secret_id: secret.secretId, removed: true },
    text: `Removed the secret ${secret.secretId}; it no longer works.`,
  });
}
