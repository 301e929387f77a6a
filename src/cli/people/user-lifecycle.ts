import type { Command } from 'commander';
import {
  changePassword,
  disableAccount,
  enableAccount,
  resolveAccountId,
  withdrawConsent,
} from '../../accounts/lifecycle.ts';
import { type CommandLine, withJson } from '../command-line.ts';
import { readSecret } from '../io.ts';
import { printable } from '../output.ts';

interface Options {
  readonly reason: string;
  readonly json?: boolean;
}

export function addUserLifecycleCommands(user: Command, line: CommandLine): void {
  withJson(user.command('disable').description('stop a person; sessions end and tokens are refused'))
    .argument('<user>', 'the id or the email address')
    .requiredOption('--reason <reason>', 'kept in the audit trail')
    .action((who: string, options: Options) => disable(line, who, options));

  withJson(user.command('enable').description('let a stopped person sign in again'))
    .argument('<user>', 'the id or the email address')
    .action((who: string, options: Options) => enable(line, who, options));

  withJson(user.command('set-password').description('set a new password; sessions end and tokens are refused'))
    .argument('<user>', 'the id or the email address')
    .requiredOption(
      '--password-stdin',
      'read the password from stdin, where no process list shows it; a terminal asks for it',
    )
    .action((who: string, options: Options) => setPassword(line, who, options));

  withJson(user.command('disconnect').description('take back what a person let an app do'))
    .argument('<user>', 'the id or the email address')
    .requiredOption('--app <client-id>', 'the app')
    .action((who: string, options: Options & { app: string }) => disconnect(line, who, options));
}

async function disable(line: CommandLine, who: string, options: Options): Promise<void> {
  const { reason } = options;
  const id = await line.withDatabase(async (db) => {
    const accountId = await resolveAccountId(db, who);
    await disableAccount(db, { accountId, reason }, line.by());
    return accountId;
  });
  line.answer(options, { json: { id, disabled: true }, text: `Stopped ${who}; every session has ended.` });
}

async function enable(line: CommandLine, who: string, options: Options): Promise<void> {
  const id = await line.withDatabase(async (db) => {
    const accountId = await resolveAccountId(db, who);
    await enableAccount(db, accountId, line.by());
    return accountId;
  });
  line.answer(options, { json: { id, disabled: false }, text: `${who} can sign in again.` });
}

async function setPassword(line: CommandLine, who: string, options: Options): Promise<void> {
  const password = await readSecret(line.io, { what: `New password of ${printable(who)}`, isNew: true });
  const id = await line.withDatabase(async (db) => {
    const accountId = await resolveAccountId(db, who);
    await changePassword(db, { accountId, password }, line.by());
    return accountId;
  });
  line.answer(options, {
    json: { id, password_changed: true },
    text: `Set a new password for ${who}; every session has ended.`,
  });
}

async function disconnect(line: CommandLine, who: string, options: Options & { app: string }): Promise<void> {
  const id = await line.withDatabase(async (db) => {
    const accountId = await resolveAccountId(db, who);
    await withdrawConsent(db, { accountId, clientId: options.app }, line.by());
    return accountId;
  });
  line.answer(options, {
    json: { id, client_id: options.app, connected: false },
    text: `${options.app} can no longer act for ${who}, and has to ask again.`,
  });
}
