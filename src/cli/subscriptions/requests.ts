import type { Command } from 'commander';
import { findApi, findApiScopes } from '../../apis/apis.ts';
import type { Db } from '../../db/connections/connection.ts';
import { findSubscription } from '../../subscriptions/lists.ts';
import { presentSubscription } from '../../subscriptions/present.ts';
import { requestSubscription, withdrawRequest } from '../../subscriptions/requests.ts';
import { type CommandLine, withJson } from '../command-line.ts';
import { collectWords } from '../option-values.ts';
import { examples } from '../output.ts';
import { answerChanged } from './answer.ts';

interface RequestOptions {
  readonly app: string;
  readonly api: string;
  readonly scope?: string[];
  readonly reason?: string;
  readonly json?: boolean;
}

/** What the app's side does. */
export function addRequestCommands(group: Command, line: CommandLine): void {
  withJson(group.command('request').alias('create').description('ask for scopes of an API for an app'))
    .requiredOption('--app <app>', 'its client_id')
    .requiredOption('--api <api>', 'its identifier')
    .option('--scope <scope>', 'a scope to ask for; may be repeated (default: all of the API)', collectWords)
    .option('--reason <text>', 'what it is for, for the one who decides', '')
    .addHelpText('after', '\nScopes that need no approval are live at once; the others wait for the team of the API.')
    .addHelpText(
      'after',
      examples('subscription request --app app_8dd49c… --api https://pay.example.com --scope pay --reason "refunds"'),
    )
    .action((options: RequestOptions) => request(line, options));
  withJson(group.command('withdraw').description('take an open request back; what is live stays'))
    .argument('<id>', 'as the list shows it')
    .action((id: string, options: { json?: boolean }) =>
      answerChanged(line, id, options, {
        change: (db, _outbox, by) => withdrawRequest(db, { id }, by),
        said: 'Withdrew the request.',
      }),
    );
}

async function request(line: CommandLine, options: RequestOptions): Promise<void> {
  const by = line.by();
  const { app: clientId, api, reason } = options;
  const row = await line.withDatabase(async (db, { outbox }) => {
    const scopes = options.scope ?? (await allScopes(db, api));
    const { id } = await requestSubscription(db, outbox(), { clientId, api, scopes, reason }, by);
    return findSubscription(db, id, by);
  });
  const live = row.scopes.length > 0 ? `${clientId} may use ${row.scopes.join(' ')} now.` : '';
  const waiting = row.pending_scopes ? `A request for ${row.pending_scopes.join(' ') || 'the API'} waits.` : '';
  line.answer(options, {
    json: presentSubscription(row),
    text: [live, waiting, `The subscription is ${row.id}.`].filter(Boolean).join(' '),
  });
}

async function allScopes(db: Db, identifier: string): Promise<string[]> {
  const api = await findApi(db, identifier);
  return api ? (await findApiScopes(db, api.id)).map((scope) => scope.name) : [];
}
