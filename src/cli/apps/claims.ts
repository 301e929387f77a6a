import type { Command } from 'commander';
import { findActiveAccount } from '../../accounts/accounts.ts';
import { resolveAccountId } from '../../accounts/lifecycle.ts';
import { findClient } from '../../clients/find-clients.ts';
import { previewClaims } from '../../tokens/issue/claims.ts';
import { type CommandLine, withJson } from '../command-line.ts';
import { CommandFailure } from '../failures.ts';
import { examples, formatFields, printable } from '../output.ts';

const ALL = 'openid profile email groups';

export function addAppClaimsCommand(app: Command, line: CommandLine): void {
  withJson(app.command('claims').description('tell what an app gets of a person, in ID tokens and at UserInfo'))
    .argument('<app>', 'its client_id')
    .argument('<user>', 'the id or the email address')
    .option('--scope <scopes>', 'what the person agreed to', ALL)
    .addHelpText('after', examples('app claims app_8dd49c5841b8e2bcfeac14ed ada@example.org --scope "openid email"'))
    .action((clientId: string, who: string, options: Options) => show(line, clientId, who, options));
}

interface Options {
  readonly scope: string;
  readonly json?: boolean;
}

async function show(line: CommandLine, clientId: string, who: string, options: Options): Promise<void> {
  const claims = await line.withDatabase(async (db) => {
    const client = await findClient(db, clientId, 'app.read', line.by());
    const account = await findActiveAccount(db, await resolveAccountId(db, who));
    if (!account) throw new CommandFailure(`${who} is disabled, so no app gets anything of them`);
    return previewClaims(db, client, account, options.scope.split(' ').filter(Boolean));
  });
  const rows = (of: Record<string, unknown>) =>
    formatFields(
      Object.entries(of).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, printable(JSON.stringify(value))] as const],
      ),
    );
  line.answer(options, {
    json: claims,
    text: `In an ID token\n${rows(claims.id_token)}\n\nAt UserInfo\n${rows(claims.userinfo)}`,
  });
}
