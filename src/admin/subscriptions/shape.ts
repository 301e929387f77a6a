import { z } from 'zod';
import type { ListedSubscription } from '../../apis/subscription-lists.ts';
import { Id, Time, timeOf, timeOrNull } from '../shapes.ts';

const AppSide = z
  .object({ id: z.string(), name: z.string(), team_id: z.string().nullable() })
  .meta({ id: 'SubscribingApp' });
const ApiSide = z
  .object({ id: z.string(), identifier: z.string(), name: z.string(), team_id: z.string().nullable() })
  .meta({ id: 'SubscribedApi' });

/** What waits for a decision. */
const Request = z
  .object({
    scopes: z.array(z.string()),
    reason: z.string(),
    requested_by: z.string().nullable(),
    requested_at: Time.nullable(),
  })
  .meta({ id: 'WaitingRequest' });

const Decision = z
  .object({ note: z.string().nullable(), decided_by: z.string().nullable(), decided_at: Time })
  .meta({ id: 'Decision' });

export const Subscription = z
  .object({
    id: z.string(),
    app: AppSide,
    api: ApiSide,
    state: z.enum(['pending', 'active', 'suspended', 'denied', 'cancelled']),
    scopes: z.array(z.string()),
    request: Request.nullable(),
    decision: Decision.nullable(),
    created_at: Time,
  })
  .meta({ id: 'Subscription' });

export function presentSubscription(row: ListedSubscription): z.input<typeof Subscription> {
  return {
    id: row.id,
    app: { id: row.client_id, name: row.appName, team_id: row.appTeamId },
    api: { id: row.api_id, identifier: row.apiIdentifier, name: row.apiName, team_id: row.apiTeamId },
    state: row.state,
    scopes: row.scopes,
    request: row.pending_scopes && {
      scopes: row.pending_scopes,
      reason: row.pending_reason ?? '',
      requested_by: row.pending_by,
      requested_at: timeOrNull(row.pending_at),
    },
    decision: row.decided_at && {
      note: row.note,
      decided_by: row.decided_by,
      decided_at: timeOf(row.decided_at),
    },
    created_at: timeOf(row.created_at),
  };
}

export const SubscriptionId = z.strictObject({ subscription_id: Id });
