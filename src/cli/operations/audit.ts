import type { Command } from 'commander';
import { resolveAccountId } from '../../accounts/lifecycle.ts';
import { presentEvent } from '../../audit/present.ts';
import { listEvents, type TrailEvent } from '../../audit/trail.ts';
import type { CommandLine } from '../command-line.ts';
import { collectRows, type ListOptions, withList } from '../listing.ts';
import { examples, formatTable, formatTime } from '../output.ts';

interface Filter extends ListOptions {
  readonly app?: string;
  readonly user?: string;
  readonly type?: string;
}

export function addAuditCommands(program: Command, line: CommandLine): void {
  const audit = program.command('audit').description('the audit trail: what was done, and by whom');
  withList(audit.command('list').description('list what was done, the latest first'))
    .option('--app <app>', 'only what is about this app, by its client_id')
    .option('--user <user>', 'only what is about this person, by id or email address')
    .option('--type <type>', 'only events of this type, such as client.secret_added')
    .addHelpText('after', examples('audit list --app app_8dd49c…', 'audit list --type signing_key.revoked'))
    .action((options: Filter) => list(line, options));
}

async function list(line: CommandLine, options: Filter): Promise<void> {
  const by = line.by();
  const { app, user, type } = options;
  const events = await line.withDatabase(async (db) => {
    const account = user === undefined ? undefined : await resolveAccountId(db, user);
    return collectRows(line, options, (page) => listEvents(db, { ...page, app, account, type }, by));
  });
  const rows = events.map((event) => [
    formatTime(event.at),
    event.type,
    [event.actor_type, event.actor_id].filter(Boolean).join(' '),
    event.client_id ?? '',
    event.account_id ?? '',
    restOf(event),
  ]);
  line.answer(options, {
    json: events.map(presentEvent),
    text: formatTable(['AT', 'WHAT', 'BY', 'APP', 'PERSON', 'MORE'], rows, 'There is nothing in the audit trail.'),
  });
}

/** What the columns do not say. */
function restOf(event: TrailEvent): string {
  const { detail } = presentEvent(event);
  return Object.entries(detail)
    .filter(([name]) => name !== 'client_id' && name !== 'account_id')
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
}
