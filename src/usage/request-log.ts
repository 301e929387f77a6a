import { z } from 'zod';
import type { By } from '../access.ts';
import type { Db } from '../db/connections/connection.ts';
import { requireApp } from './app-usage.ts';
import { ORDINARY } from './outcomes.ts';

export interface LoggedRequest {
  readonly id: number;
  readonly at: Date;
  readonly event: string;
  readonly outcome: string;
  readonly detail: string | null;
  readonly scope: string | null;
  readonly requestId: string | null;
  /** The API's name; null when none was involved. */
  readonly api: string | null;
}

export const RequestLogQuery = z.object({
  /** Only requests before the one with this number: the cursor. */
  before: z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER).optional(),
  show: z.enum(['all', 'failures']).default('all'),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});

export interface RequestLogPage {
  readonly app: { readonly id: string; readonly name: string };
  readonly requests: readonly LoggedRequest[];
  /** Where the next page begins; undefined at the end. */
  readonly next: number | undefined;
}

/** The latest requests of an app, newest first. @throws {ZodError} @throws {AppError} not_found */
export async function listRequests(
  db: Db,
  input: { clientId: string } & z.input<typeof RequestLogQuery>,
  by: By,
): Promise<RequestLogPage> {
  const { clientId } = input;
  const { before, show, limit } = RequestLogQuery.parse(input);
  const app = await requireApp(db, clientId, by);
  let query = db
    .selectFrom('request_log')
    .leftJoin('apis', 'apis.id', 'request_log.api_id')
    .select(['request_log.id', 'at', 'event', 'outcome', 'detail', 'scope', 'request_id as requestId'])
    .select('apis.name as api')
    .where('client_id', '=', clientId)
    .orderBy('request_log.id', 'desc')
    .limit(limit + 1);
  if (before !== undefined) query = query.where('request_log.id', '<', before);
  if (show === 'failures') query = query.where('outcome', 'not in', [...ORDINARY]);
  const rows = await query.execute();
  const requests = rows.slice(0, limit);
  return { app, requests, next: rows.length > limit ? requests.at(-1)?.id : undefined };
}
