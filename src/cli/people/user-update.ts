import type { Command } from 'commander';
import { resolveAccountId } from '../../accounts/lifecycle.ts';
import type { Profile } from '../../accounts/people.ts';
import { presentPerson } from '../../accounts/present.ts';
import { updatePerson } from '../../accounts/update-person.ts';
import { type CommandLine, withJson } from '../command-line.ts';
import { CommandFailure } from '../failures.ts';
import { examples, printable } from '../output.ts';

interface UpdateOptions {
  readonly name?: string;
  readonly email?: string;
  readonly json?: boolean;
}

/** `email_verified` is from before there was the time of it. */
export const presentUser = (person: Profile) => ({
  ...presentPerson(person),
  email_verified: person.email_verified_at !== null,
});

export function addUserUpdateCommand(user: Command, line: CommandLine): void {
  withJson(user.command('update').description('change a name or an address, which counts as verified'))
    .argument('<user>', 'the id or the email address')
    .option('--name <name>', 'what apps are told')
    .option('--email <address>', 'the address to sign in with; sessions go on')
    .addHelpText('after', examples('user update ada@example.org --email ada.king@example.org --name "Ada King"'))
    .action((who: string, options: UpdateOptions) => update(line, who, options));
}

async function update(line: CommandLine, who: string, options: UpdateOptions): Promise<void> {
  const { name, email } = options;
  if (name === undefined && email === undefined) {
    throw new CommandFailure('name at least one thing to change; --help lists them');
  }
  const person = await line.withDatabase(async (db) => {
    const accountId = await resolveAccountId(db, who);
    return updatePerson(db, { accountId, changes: { name, email } }, line.by());
  });
  line.answer(options, {
    json: presentUser(person),
    text: `${who} is ${printable(person.name)}, ${person.email}, from the next token on.`,
  });
}
