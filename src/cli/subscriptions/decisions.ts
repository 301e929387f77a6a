import type { Command } from 'commander';
import { approveRequest, denyRequest } from '../../subscriptions/decisions.ts';
import {
  endSubscription,
  narrowSubscription,
  resumeSubscription,
  suspendSubscription,
} from '../../subscriptions/lifecycle.ts';
import { type CommandLine, withJson } from '../command-line.ts';
import { collectWords } from '../option-values.ts';
import { examples } from '../output.ts';
import { answerChanged } from './answer.ts';

interface Options {
  readonly scope?: string[];
  readonly note?: string;
  readonly json?: boolean;
}

type WithReason = Options & { reason: string };

/** What the API's side does. */
export function addDecisionCommands(group: Command, line: CommandLine): void {
  const command = (name: string, description: string) =>
    withJson(group.command(name).description(description)).argument('<id>', 'as the list shows it');

  command('approve', 'say yes to a request, or to a part of it')
    .option('--scope <scope>', 'approve only this one of what was asked for; may be repeated', collectWords)
    .option('--note <text>', 'a word for the one who asked')
    .addHelpText('after', examples('subscription approve 42 --scope orders:read --note "reading is enough"'))
    .action((id: string, options: Options) => approve(line, id, options));
  command('deny', 'say no to a request; what is live stays')
    .option('--note <text>', 'why, for the one who asked')
    .action((id: string, options: Options) => deny(line, id, options));
  command('narrow', 'leave a subscription just some of its scopes')
    .alias('update')
    .requiredOption('--scope <scope>', 'a scope to keep; may be repeated', collectWords)
    .option('--note <text>', 'why')
    .action((id: string, options: Options) => narrow(line, id, options));
  command('suspend', 'stop a subscription for a while; its tokens are refused')
    .requiredOption('--reason <reason>', 'why, for the team of the app')
    .action((id: string, options: WithReason) => suspend(line, id, options));
  command('resume', 'let a suspended subscription go on').action((id: string, options: Options) =>
    resume(line, id, options),
  );
  command('cancel', 'end a subscription; its tokens are refused')
    .alias('delete')
    .requiredOption('--reason <reason>', 'why, for the team of the app')
    .addHelpText('after', examples('subscription cancel 42 --reason "not used any more"'))
    .action((id: string, options: WithReason) => cancel(line, id, options));
}

function approve(line: CommandLine, id: string, options: Options): Promise<void> {
  const { scope: scopes, note } = options;
  return answerChanged(line, id, options, {
    change: (db, outbox, by) => approveRequest(db, outbox(), { id }, { scopes, note }, by),
    said: 'Approved; the person who asked is told by mail.',
  });
}

function deny(line: CommandLine, id: string, options: Options): Promise<void> {
  return answerChanged(line, id, options, {
    change: (db, outbox, by) => denyRequest(db, outbox(), { id }, { note: options.note }, by),
    said: 'Denied; the person who asked is told by mail.',
  });
}

function narrow(line: CommandLine, id: string, options: Options): Promise<void> {
  const { scope: scopes = [], note } = options;
  return answerChanged(line, id, options, {
    change: (db, _outbox, by) => narrowSubscription(db, { id }, { scopes, note }, by),
    said: 'Narrowed; tokens with more than that are refused.',
  });
}

function suspend(line: CommandLine, id: string, options: WithReason): Promise<void> {
  const { reason } = options;
  return answerChanged(line, id, options, {
    change: (db, outbox, by) => suspendSubscription(db, outbox(), { id }, { reason }, by),
    said: 'Suspended; its tokens are refused.',
  });
}

function resume(line: CommandLine, id: string, options: Options): Promise<void> {
  return answerChanged(line, id, options, {
    change: (db, _outbox, by) => resumeSubscription(db, { id }, by),
    said: 'Resumed; the app gets tokens again.',
  });
}

function cancel(line: CommandLine, id: string, options: WithReason): Promise<void> {
  const { reason } = options;
  return answerChanged(line, id, options, {
    change: (db, outbox, by) => endSubscription(db, outbox(), { id }, { reason }, by),
    said: 'Cancelled; its tokens are refused.',
  });
}
