import { z } from 'zod';
import { Id, Time } from '../shapes.ts';

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

export const SubscriptionId = z.strictObject({ subscription_id: Id });
