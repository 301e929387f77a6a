import type { Command } from 'commander';
import { createAccount, listAccounts } from '../accounts/accounts.ts';
import { type CommandLine, withJson } from './command-line.ts';
import { formatDay, formatTable } from './output.ts';
import { addUserLifecycleCommands } from './user-lifecycle.ts';

interface CreateOptions {
  readonly email: string;
  readonly name: string;
  readonly json?: boolean;
}

type Person = Awaited<ReturnType<typeof listAccounts>>[number];

export function addUserCommands(program: Command, line: CommandLine): void {
  const user = program.command('user').description('the people who sign in');

  withJson(user.command('create').description('add a person whose address counts as verified'))
    .requiredOption('--email <address>', 'the address to sign in with')
    .requiredOption('--name <name>', 'what apps are told')
    .requiredOption('--password-stdin', 'read the password from stdin, where no process list shows it')
    .action((options: CreateOptions) => create(line, options));

  withJson(user.command('list').description('list the people')).action((options: { json?: boolean }) =>
    list(line, options),
  );
  addUserLifecycleCommands(user, line);
}

async function create(line: CommandLine, options: CreateOptions): Promise<void> {
  const { email, name } = options;
  // The line end belongs to `echo`, not to the password.
  const password = (await line.io.readStdin()).replace(/\r?\n$/, '');
  const account = await line.withDatabase((db) => createAccount(db, { email, name, password }, line.by()));
  line.answer(options, {
    json: presentPerson(account),
    text: `Created ${account.email} (${account.id}).`,
  });
}

async function list(line: CommandLine, options: { json?: boolean }): Promise<void> {
  const people = await line.withDatabase(listAccounts);
  const rows = people.map((person) => [
    person.id,
    person.email,
    person.name,
    formatDay(person.created_at),
    person.disabled_at ? 'disabled' : 'active',
  ]);
  line.answer(options, {
    json: people.map(presentPerson),
    text: formatTable(['ID', 'EMAIL', 'NAME', 'CREATED', 'STATE'], rows, 'There are no people yet.'),
  });
}

/** Names its members one by one, so that a password hash cannot slip through. */
function presentPerson({ id, email, name, email_verified_at, created_at, disabled_at }: Person) {
  return { id, email, name, email_verified: email_verified_at !== null, created_at, disabled_at };
}
