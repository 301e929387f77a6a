import { type Command, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { presentAddedSecret } from '../../clients/present.ts';
import { KEPT_SECONDS, KeptFor, rotateSecret } from '../../clients/secrets/rotation.ts';
import { type AddedSecret, addSecret } from '../../clients/secrets/secrets.ts';
import { type CommandLine, withJson } from '../command-line.ts';
import { wholeNumber } from '../option-values.ts';
import { examples, formatDay, formatFields } from '../output.ts';

const DAY = 86_400_000;

const NewSecretOptions = z.object({
  name: z.string().trim().min(1).max(100).default('added by command'),
  expiresInDays: z.int().min(1).max(3650).optional(),
});

interface AddOptions extends z.input<typeof NewSecretOptions> {
  readonly json?: boolean;
}

type Ends = { when: 'now' } | { when: 'first_use' } | { when: 'at'; at: Date } | { when: 'after'; seconds: number };

interface RotateOptions extends AddOptions {
  readonly keep?: number;
  readonly oldEnds?: Ends;
}

/** The commands after which a secret is shown, this once. */
export function addNewSecretCommands(secret: Command, line: CommandLine): void {
  withOptions(secret.command('add').alias('create').description('add a secret beside the others, and show it once'))
    .argument('<app>', 'its client_id')
    .addHelpText('after', examples('secret add app_8dd49c5841b8e2bcfeac14ed --name 2027-summer --expires-in-days 90'))
    .action((clientId: string, options: AddOptions) => add(line, clientId, options));

  withOptions(secret.command('rotate').description('make a new secret in place of one, and say when that one ends'))
    .argument('<app>', 'its client_id')
    .argument('<secret-id>', 'the old one, as the list shows it')
    .option('--keep <time>', 'how long the old one works on, such as 24h, 90m or 7d (default: 24h)', readSpan)
    .addOption(
      new Option(
        '--old-ends <when>',
        'instead: now, a time such as 2027-01-31T12:00:00Z, or first-use (of the new one by any process, which refuses the others)',
      )
        .argParser(readEnd)
        .conflicts('keep'),
    )
    .addHelpText('after', examples('secret rotate app_8dd49c… sec_e01c1e9a… --keep 24h'))
    .action((clientId: string, secretId: string, options: RotateOptions) =>
      rotate(line, { clientId, secretId }, options),
    );
}

function withOptions(command: Command): Command {
  return withJson(command)
    .option('--name <name>', 'to know it by later')
    .option('--expires-in-days <days>', 'when it stops working (default: never)', wholeNumber);
}

function readEnd(value: string): Ends {
  if (value === 'now') return { when: 'now' };
  if (value === 'first-use') return { when: 'first_use' };
  const at = z.iso.datetime({ offset: true }).safeParse(value);
  if (!at.success) throw new InvalidArgumentError('Use now, first-use, or a time such as 2027-01-31T12:00:00Z.');
  return { when: 'at', at: new Date(at.data) };
}

const SECONDS: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400 };

function readSpan(value: string): number {
  const [, digits, unit = ''] = /^(\d{1,6})([mhd])$/.exec(value) ?? [];
  const seconds = Number(digits) * (SECONDS[unit] ?? Number.NaN);
  if (!KeptFor.safeParse(seconds).success) {
    throw new InvalidArgumentError('Use minutes, hours or days, such as 90m, 24h or 7d; at most 365d.');
  }
  return seconds;
}

function describeEnd(ends: Ends): string {
  if (ends.when === 'now') return 'has ended';
  if (ends.when === 'at') return 'ends when you said';
  if (ends.when === 'first_use') return 'ends for every process when one of them uses the new one';
  const span = ends.seconds % 3600 === 0 ? `${ends.seconds / 3600} hours` : `${ends.seconds / 60} minutes`;
  return `works for ${span} more, unless it was to end before`;
}

function readNew(options: AddOptions, now: Date) {
  const { name, expiresInDays } = NewSecretOptions.parse(options);
  return { name, ...(expiresInDays ? { expiresAt: new Date(now.getTime() + expiresInDays * DAY) } : {}) };
}

async function add(line: CommandLine, clientId: string, options: AddOptions): Promise<void> {
  const by = line.by();
  const added = await line.withDatabase((db) => addSecret(db, { clientId, ...readNew(options, by.now) }, by));
  show(line, options, { clientId, added, said: `Added a secret to ${clientId}.` });
}

async function rotate(
  line: CommandLine,
  old: { clientId: string; secretId: string },
  options: RotateOptions,
): Promise<void> {
  const by = line.by();
  const ends = options.oldEnds ?? { when: 'after' as const, seconds: options.keep ?? KEPT_SECONDS };
  const added = await line.withDatabase((db) => rotateSecret(db, { ...old, ...readNew(options, by.now), ends }, by));
  const said = `Made a new secret for ${old.clientId}; ${old.secretId} ${describeEnd(ends)}.`;
  show(line, options, { clientId: old.clientId, added, said });
}

function show(
  line: CommandLine,
  options: AddOptions,
  { clientId, added, said }: { clientId: string; added: AddedSecret; said: string },
): void {
  const { value, ...presented } = presentAddedSecret(added);
  const fields: [string, string][] = [
    ['secret_id', added.id],
    ['client_secret', value],
  ];
  if (added.expiresAt) fields.push(['expires', formatDay(added.expiresAt)]);
  line.answer(options, {
    json: { client_id: clientId, secret_id: added.id, ...presented, client_secret: value },
    text: `${said}\n\n${formatFields(fields)}\n\nIt is shown this once; only a hash of it is kept.`,
  });
}
