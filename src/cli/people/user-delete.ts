import type { Command } from 'commander';
import { deletePerson } from '../../accounts/delete-person.ts';
import { resolveAccountId } from '../../accounts/lifecycle.ts';
import { type CommandLine, withJson } from '../command-line.ts';
import { examples } from '../output.ts';

export function addUserDeleteCommand(user: Command, line: CommandLine): void {
  withJson(user.command('delete').description('remove a person for good; sessions end and tokens are refused'))
    .argument('<user>', 'the id or the email address')
    .requiredOption('--yes', 'that it is meant: nothing brings a person back')
    .addHelpText('after', examples('user delete ada@example.org --yes'))
    .action((who: string, options: { json?: boolean }) => remove(line, who, options));
}

async function remove(line: CommandLine, who: string, options: { json?: boolean }): Promise<void> {
  const id = await line.withDatabase(async (db) => {
    const accountId = await resolveAccountId(db, who);
    await deletePerson(db, accountId, line.by());
    return accountId;
  });
  line.answer(options, {
    json: { id, deleted: true },
    text: `Deleted ${id}; every session has ended. The audit trail keeps what they did, by this id.`,
  });
}
