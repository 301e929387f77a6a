import type { Kysely } from 'kysely';
import type { By } from '../../access.ts';
import type { Tables } from '../../db/tables/tables.ts';
import type { Outbox } from '../../mail/outbox.ts';
import { findSubscription } from '../../subscriptions/lists.ts';
import { presentSubscription } from '../../subscriptions/present.ts';
import type { CommandLine } from '../command-line.ts';
import { describeSubscription } from './describe.ts';

interface Step {
  readonly change: (db: Kysely<Tables>, outbox: () => Outbox, by: By) => Promise<unknown>;
  readonly said: string;
}

/** Changes a subscription, and shows what it has become. */
export async function answerChanged(
  line: CommandLine,
  id: string,
  options: { json?: boolean },
  { change, said }: Step,
): Promise<void> {
  const by = line.by();
  const row = await line.withDatabase(async (db, { outbox }) => {
    await change(db, outbox, by);
    return findSubscription(db, id, by);
  });
  line.answer(options, { json: presentSubscription(row), text: `${said}\n\n${describeSubscription(row)}` });
}
