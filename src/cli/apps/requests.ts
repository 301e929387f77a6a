import type { Command } from 'commander';
import { explain } from '../../usage/causes/explain.ts';
import { type LoggedRequest, listRequests } from '../../usage/request-log.ts';
import { type CommandLine, withJson } from '../command-line.ts';
import { wholeNumber } from '../option-values.ts';
import { examples, formatTable, formatTime } from '../output.ts';

interface Options {
  readonly failures?: boolean;
  readonly limit?: number;
  readonly json?: boolean;
}

export function addAppRequestsCommand(app: Command, line: CommandLine): void {
  withJson(
    app
      .command('requests')
      .description(
        'the latest requests of an app, each failure with its cause and fix, and what was left out of others',
      ),
  )
    .argument('<app>', 'its client_id')
    .option('--failures', 'only what went wrong')
    .option('--limit <n>', 'how many at most, 1 to 100', wholeNumber, 25)
    .addHelpText('after', examples('app requests app_8dd49c5841b8e2bcfeac14ed --failures'))
    .action((clientId: string, options: Options) => requests(line, clientId, options));
}

async function requests(line: CommandLine, clientId: string, options: Options): Promise<void> {
  const show = options.failures ? ('failures' as const) : ('all' as const);
  const query = { clientId, show, limit: options.limit };
  const page = await line.withDatabase((db) => listRequests(db, query, line.by()));
  const rows = page.requests.map((request) => [
    formatTime(request.at),
    request.event,
    request.outcome,
    request.api ?? '',
    causeOf(request).cause ?? '',
    causeOf(request).fix ?? '',
  ]);
  line.answer(options, {
    json: page.requests.map(present),
    text: formatTable(
      ['AT', 'WHAT', 'OUTCOME', 'API', 'CAUSE', 'FIX'],
      rows,
      'There are no requests of the last days.',
    ),
  });
}

function causeOf({ outcome, detail }: LoggedRequest): { cause: string | null; fix: string | null } {
  const { cause = null, fix = null } = explain(outcome, detail) ?? {};
  return { cause, fix };
}

function present(request: LoggedRequest) {
  const { id, at, event, outcome, detail, api, scope, requestId } = request;
  return { id, at: at.toISOString(), event, outcome, detail, api, scope, request_id: requestId, ...causeOf(request) };
}
