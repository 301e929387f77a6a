import type { Command } from 'commander';
import { resolveAccountId } from '../../accounts/lifecycle.ts';
import type { Profile } from '../../accounts/people.ts';
import { presentPerson } from '../../accounts/present.ts';
import type { ProfileField } from '../../accounts/profile/fields.ts';
import { updatePerson } from '../../accounts/update-person.ts';
import { type CommandLine, withJson } from '../command-line.ts';
import { CommandFailure } from '../failures.ts';
import { given, orNone } from '../option-values.ts';
import { examples, printable } from '../output.ts';

interface UpdateOptions {
  readonly name?: string;
  readonly email?: string;
  readonly givenName?: string;
  readonly familyName?: string;
  readonly nickname?: string;
  readonly username?: string;
  readonly picture?: string;
  readonly json?: boolean;
}

/** `email_verified` is from before there was the time of it. */
export const presentUser = (person: Profile) => ({
  ...presentPerson(person),
  email_verified: person.email_verified_at !== null,
});

export function addUserUpdateCommand(user: Command, line: CommandLine): void {
  withJson(user.command('update').description('change a name, an address, which counts as verified, or the profile'))
    .argument('<user>', 'the id or the email address')
    .option('--name <name>', 'what apps are told')
    .option('--email <address>', 'the address to sign in with; sessions go on')
    .option('--given-name <name>', 'the first name; empty takes it away, as with the next ones')
    .option('--family-name <name>', 'the last name')
    .option('--nickname <name>', 'what friends call them')
    .option('--username <name>', 'the user name that apps know them by')
    .option('--picture <url>', 'the address of a picture, with https')
    .addHelpText('after', examples('user update ada@example.org --email ada.king@example.org --name "Ada King"'))
    .action((who: string, options: UpdateOptions) => update(line, who, options));
}

async function update(line: CommandLine, who: string, options: UpdateOptions): Promise<void> {
  const { name, email, givenName, familyName, nickname, username, picture } = options;
  const profile: { readonly [Field in ProfileField]: string | null | undefined } = {
    given_name: orNone(givenName),
    family_name: orNone(familyName),
    nickname: orNone(nickname),
    preferred_username: orNone(username),
    picture: orNone(picture),
  };
  const changes = given({ name, email, ...profile });
  if (Object.keys(changes).length === 0) {
    throw new CommandFailure('name at least one thing to change; --help lists them');
  }
  const person = await line.withDatabase(async (db) => {
    const accountId = await resolveAccountId(db, who);
    return updatePerson(db, { accountId, changes }, line.by());
  });
  line.answer(options, {
    json: presentUser(person),
    text: `${who} is ${printable(person.name)}, ${person.email}, from the next token on.`,
  });
}
