import type { Command } from 'commander';
import { endSessionsFor, listSessionsOf, requireNewPassword } from '../../accounts/from-above.ts';
import { resolveAccountId } from '../../accounts/lifecycle.ts';
import { giveReset } from '../../accounts/links/reset.ts';
import { type CommandLine, withJson } from '../command-line.ts';
import { formatDay, formatTable } from '../output.ts';

interface Options {
  readonly json?: boolean;
  readonly mail?: boolean;
  readonly session?: string;
}

/** How a person gets in: a link for a new password, and their sessions. */
export function addUserAccessCommands(user: Command, line: CommandLine): void {
  const who = ['<user>', 'the id or the email address'] as const;
  withJson(user.command('reset-link').description('make a link by which a person chooses a new password'))
    .argument(...who)
    .option('--mail', 'send it to their address instead of printing it')
    .action((name: string, options: Options) => resetLink(line, name, options));
  withJson(user.command('require-new-password').description('have a person choose a new password at the next sign-in'))
    .argument(...who)
    .action((name: string, options: Options) => requirePassword(line, name, options));
  withJson(user.command('sessions').description('list where a person is signed in'))
    .argument(...who)
    .action((name: string, options: Options) => sessions(line, name, options));
  withJson(user.command('sign-out').description('end every session of a person, or one; apps stay connected'))
    .argument(...who)
    .option('--session <id>', 'only this one, by its id')
    .action((name: string, options: Options) => signOut(line, name, options));
}

async function resetLink(line: CommandLine, who: string, options: Options): Promise<void> {
  const { mail: byMail = false } = options;
  const { id, url, ends } = await line.withDatabase(async (db, { outbox }) => {
    const accountId = await resolveAccountId(db, who);
    return { id: accountId, ...(await giveReset(db, outbox(), { accountId, byMail }, line.by())) };
  });
  line.answer(options, {
    json: { id, url: url ?? null, expires_at: ends.toISOString() },
    text: url
      ? `Hand this over to ${who}. It works once, until ${formatDay(ends)}:\n${url}`
      : `The mail to ${who} is in the outbox; the link works for an hour.`,
  });
}

async function requirePassword(line: CommandLine, who: string, options: Options): Promise<void> {
  const id = await line.withDatabase(async (db, { outbox }) => {
    const accountId = await resolveAccountId(db, who);
    await requireNewPassword(db, outbox(), accountId, line.by());
    return accountId;
  });
  line.answer(options, {
    json: { id, new_password_required: true },
    text: `${who} chooses a new password at the next sign-in.`,
  });
}

async function sessions(line: CommandLine, who: string, options: Options): Promise<void> {
  const found = await line.withDatabase(async (db) => listSessionsOf(db, await resolveAccountId(db, who), line.by()));
  const rows = found.map(({ id, browser, system, network, since, seen }) => [
    id,
    browser,
    system,
    network,
    formatDay(since),
    formatDay(seen),
  ]);
  line.answer(options, {
    json: found.map(({ id, browser, system, network, since, seen }) => ({
      ...{ id, browser, system, network },
      ...{ since: since.toISOString(), last_seen_at: seen.toISOString() },
    })),
    text: formatTable(['ID', 'BROWSER', 'SYSTEM', 'NETWORK', 'SINCE', 'SEEN'], rows, `${who} is signed in nowhere.`),
  });
}

async function signOut(line: CommandLine, who: string, options: Options): Promise<void> {
  const { session } = options;
  const id = await line.withDatabase(async (db, { outbox }) => {
    const accountId = await resolveAccountId(db, who);
    await endSessionsFor(db, outbox(), { accountId, ...(session && { session }) }, line.by());
    return accountId;
  });
  line.answer(options, {
    json: { id, signed_out: true },
    text: session ? `${who} is signed out there.` : `${who} is signed out everywhere; apps stay connected.`,
  });
}
