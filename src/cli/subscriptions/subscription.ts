import { type Command, Option } from 'commander';
import { z } from 'zod';
import {
  findSubscription,
  type ListedSubscription,
  listSubscriptions,
  listWaitingRequests,
  SubscriptionQuery,
  WaitingQuery,
} from '../../subscriptions/lists.ts';
import { presentSubscription } from '../../subscriptions/present.ts';
import { type CommandLine, withJson } from '../command-line.ts';
import { collectRows, type SortedList, withSort } from '../listing.ts';
import { choice } from '../option-values.ts';
import { examples, formatTable } from '../output.ts';
import { addDecisionCommands } from './decisions.ts';
import { describeSubscription } from './describe.ts';
import { addRequestCommands } from './requests.ts';

type State = ListedSubscription['state'];

interface Filter extends SortedList<typeof Sorts> {
  readonly app?: string;
  readonly api?: string;
  readonly state?: State;
  readonly waiting?: boolean;
}

/** The sorts of both lists. Each refuses what is the other’s alone. */
const Sorts = z.object({
  sort: z
    .enum([...new Set([...SubscriptionQuery.shape.sort.unwrap().options, ...WaitingQuery.shape.sort.unwrap().options])])
    .optional(),
});

const STATES: readonly State[] = ['pending', 'active', 'suspended', 'denied', 'cancelled'];

export function addSubscriptionCommands(program: Command, line: CommandLine): void {
  const group = program.command('subscription').description('which apps may use which scopes of which APIs');
  withSort(
    Sorts,
    '-created; with --waiting: asked',
    group.command('list').description('list the subscriptions, the newest first'),
  )
    .option('--app <app>', 'only those of this app, by its client_id')
    .option('--api <api>', 'only those of this API, by its identifier')
    .addOption(choice('--state <state>', 'only those in this state; pending is what gives nothing yet', STATES))
    .addOption(
      new Option('--waiting', 'only those of which a request waits for a decision, the oldest first').conflicts([
        'state',
        'app',
        'api',
      ]),
    )
    .action((options: Filter) => list(line, options));
  withJson(group.command('show').description('tell everything about a subscription'))
    .argument('<id>', 'as the list shows it')
    .action((id: string, options: { json?: boolean }) => show(line, id, options));
  addRequestCommands(group, line);
  addDecisionCommands(group, line);
  group.addHelpText('after', examples('subscription list --waiting', 'subscription list --app app_8dd49c…'));
}

async function list(line: CommandLine, options: Filter): Promise<void> {
  const by = line.by();
  const { search, sort, app, api, state, waiting } = options;
  const rows = await line.withDatabase((db) =>
    collectRows(line, options, (page) =>
      waiting
        ? listWaitingRequests(db, { ...page, search, sort: sort as z.input<typeof WaitingQuery>['sort'] }, by)
        : listSubscriptions(
            db,
            { ...page, search, app, api, state, sort: sort as z.input<typeof SubscriptionQuery>['sort'] },
            by,
          ),
    ),
  );
  const cells = rows.map((row) => [
    row.id,
    row.client_id,
    row.appName,
    row.apiIdentifier,
    row.state,
    row.scopes.join(' '),
    row.pending_scopes?.join(' ') ?? '',
  ]);
  line.answer(options, {
    json: rows.map(presentSubscription),
    text: formatTable(
      ['ID', 'APP', 'NAME', 'API', 'STATE', 'SCOPES', 'WAITING'],
      cells,
      waiting ? 'Nothing waits.' : 'There are no such subscriptions.',
    ),
  });
}

async function show(line: CommandLine, id: string, options: { json?: boolean }): Promise<void> {
  const row = await line.withDatabase((db) => findSubscription(db, id, line.by()));
  line.answer(options, { json: presentSubscription(row), text: describeSubscription(row) });
}
