import { Argument, type Command } from 'commander';
import { createAccount, listAccounts } from '../accounts/accounts.ts';
import { resolveAccountId } from '../accounts/lifecycle.ts';
import { setPlatformRole } from '../accounts/platform-roles.ts';
import { inTransaction } from '../db/transaction.ts';
import { type CommandLine, withJson } from './command-line.ts';
import { formatDay, formatTable } from './output.ts';
import { addUserLifecycleCommands } from './user-lifecycle.ts';

interface CreateOptions {
  readonly email: string;
  readonly name: string;
  readonly admin?: boolean;
  readonly json?: boolean;
}

type Person = Awaited<ReturnType<typeof listAccounts>>[number];

export function addUserCommands(program: Command, line: CommandLine): void {
  const user = program.command('user').description('the people who sign in');

  withJson(user.command('create').description('add a person whose address counts as verified'))
    .requiredOption('--email <address>', 'the address to sign in with')
    .requiredOption('--name <name>', 'what apps are told')
    .requiredOption('--password-stdin', 'read the password from stdin, where no process list shows it')
    .option('--admin', 'may look after everything here; the first one of an installation is made so')
    .action((options: CreateOptions) => create(line, options));

  withJson(user.command('list').description('list the people')).action((options: { json?: boolean }) =>
    list(line, options),
  );
  withJson(user.command('role').description('say what a person may do beyond their teams'))
    .argument('<user>', 'the id or the email address')
    .addArgument(new Argument('<role>', 'admin may do everything, auditor read everything').choices(ROLES))
    .action((who: string, role: string, options: { json?: boolean }) => setRole(line, who, role, options));
  addUserLifecycleCommands(user, line);
}

const ROLES = ['admin', 'auditor', 'none'];

async function create(line: CommandLine, options: CreateOptions): Promise<void> {
  const { email, name, admin } = options;
  // The line end belongs to `echo`, not to the password.
  const password = (await line.io.readStdin()).replace(/\r?\n$/, '');
  const account = await line.withDatabase((db) =>
    inTransaction(db, async (trx) => {
      const created = await createAccount(trx, { email, name, password }, line.by());
      if (!admin) return created;
      await setPlatformRole(trx, { accountId: created.id, role: 'admin' }, line.by());
      return { ...created, platform_role: 'admin' as const };
    }),
  );
  line.answer(options, {
    json: presentPerson(account),
    text: `Created ${admin ? 'the administrator ' : ''}${account.email} (${account.id}).`,
  });
}

async function setRole(line: CommandLine, who: string, role: string, options: { json?: boolean }): Promise<void> {
  const id = await line.withDatabase(async (db) => {
    const accountId = await resolveAccountId(db, who);
    await setPlatformRole(db, { accountId, role }, line.by());
    return accountId;
  });
  line.answer(options, {
    json: { id, platform_role: role === 'none' ? null : role },
    text: role === 'none' ? `${id} has no role beyond teams.` : `${id} is an ${role} now.`,
  });
}

async function list(line: CommandLine, options: { json?: boolean }): Promise<void> {
  const people = await line.withDatabase(listAccounts);
  const rows = people.map((person) => [
    person.id,
    person.email,
    person.name,
    formatDay(person.created_at),
    person.platform_role ?? '',
    person.disabled_at ? 'disabled' : 'active',
  ]);
  line.answer(options, {
    json: people.map(presentPerson),
    text: formatTable(['ID', 'EMAIL', 'NAME', 'CREATED', 'ROLE', 'STATE'], rows, 'There are no people yet.'),
  });
}

/** Names its members one by one, so that a password hash cannot slip through. */
function presentPerson({ id, email, name, email_verified_at, platform_role, created_at, disabled_at }: Person) {
  return { id, email, name, email_verified: email_verified_at !== null, platform_role, created_at, disabled_at };
}
