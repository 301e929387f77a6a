import { Argument, type Command } from 'commander';
import { createAccount } from '../../accounts/accounts.ts';
import { resolveAccountId } from '../../accounts/lifecycle.ts';
import { listPeople, PersonQuery } from '../../accounts/list-people.ts';
import { setPlatformRole } from '../../accounts/platform-roles.ts';
import { inTransaction } from '../../db/transaction.ts';
import { type CommandLine, withJson } from '../command-line.ts';
import { readSecret } from '../io.ts';
import { collectRows, type SortedList, withSort } from '../listing.ts';
import { examples, formatDay, formatTable, formatTime, printable } from '../output.ts';
import { addUserInviteCommand } from './invite.ts';
import { addUserAccessCommands } from './user-access.ts';
import { addUserDeleteCommand } from './user-delete.ts';
import { addUserLifecycleCommands } from './user-lifecycle.ts';
import { addUserShowCommand } from './user-show.ts';
import { addUserUpdateCommand, presentUser } from './user-update.ts';

interface CreateOptions {
  readonly email: string;
  readonly name: string;
  readonly admin?: boolean;
  readonly json?: boolean;
}

const ROLES = ['admin', 'auditor', 'none'];

export function addUserCommands(program: Command, line: CommandLine): void {
  const user = program.command('user').description('the people who sign in; a person goes by id or email address');

  withSort(PersonQuery, '-created', user.command('list').description('list the people, the newest first')).action(
    (options: SortedList<typeof PersonQuery>) => list(line, options),
  );
  addUserShowCommand(user, line);
  withJson(user.command('create').description('add a person whose address counts as verified'))
    .requiredOption('--email <address>', 'the address to sign in with')
    .requiredOption('--name <name>', 'what apps are told')
    .requiredOption(
      '--password-stdin',
      'read the password from stdin, where no process list shows it; a terminal asks for it',
    )
    .option('--admin', 'makes an administrator; the first one of an installation is made this way')
    .addHelpText(
      'after',
      examples('user create --email ada@example.org --name "Ada Lovelace" --admin --password-stdin < password.txt'),
    )
    .action((options: CreateOptions) => create(line, options));
  addUserUpdateCommand(user, line);
  addUserInviteCommand(user, line);
  withJson(user.command('role').description('say what a person may do beyond their teams'))
    .argument('<user>', 'the id or the email address')
    .addArgument(new Argument('<role>', 'admin may do everything, auditor read everything').choices(ROLES))
    .action((who: string, role: string, options: { json?: boolean }) => setRole(line, who, role, options));
  addUserLifecycleCommands(user, line);
  addUserAccessCommands(user, line);
  addUserDeleteCommand(user, line);
}

async function create(line: CommandLine, options: CreateOptions): Promise<void> {
  const { email, name, admin } = options;
  const password = await readSecret(line.io, { what: `Password of ${printable(email)}`, isNew: true });
  const account = await line.withDatabase((db) =>
    inTransaction(db, async (trx) => {
      const created = await createAccount(trx, { email, name, password }, line.by());
      if (!admin) return created;
      await setPlatformRole(trx, { accountId: created.id, role: 'admin' }, line.by());
      return { ...created, platform_role: 'admin' as const };
    }),
  );
  line.answer(options, {
    json: presentUser(account),
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
    text: role === 'none' ? `${who} has no role beyond teams.` : `${who} is an ${role} now.`,
  });
}

async function list(line: CommandLine, options: SortedList<typeof PersonQuery>): Promise<void> {
  const by = line.by();
  const { search, sort } = options;
  const people = await line.withDatabase((db) =>
    collectRows(line, options, (page) => listPeople(db, { ...page, search, sort }, by)),
  );
  const rows = people.map((person) => [
    person.id,
    person.email,
    person.name,
    formatDay(person.created_at),
    person.platform_role ?? '',
    formatTime(person.last_sign_in_at),
    person.disabled_at ? 'disabled' : 'active',
  ]);
  line.answer(options, {
    json: people.map((person) => ({
      ...presentUser(person),
      last_sign_in_at: person.last_sign_in_at?.toISOString() ?? null,
    })),
    text: formatTable(
      ['ID', 'EMAIL', 'NAME', 'CREATED', 'ROLE', 'LAST SIGN-IN', 'STATE'],
      rows,
      'There are no people yet.',
    ),
  });
}
