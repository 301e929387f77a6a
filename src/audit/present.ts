import { snakeNames } from '../json-names.ts';
import type { TrailEvent } from './trail.ts';

/** An event as JSON shows it. */
export function presentEvent(event: TrailEvent) {
  return {
    id: event.id,
    at: event.at.toISOString(),
    type: event.type,
    actor: { type: event.actor_type, id: event.actor_id, ip: event.ip },
    app_id: event.client_id,
    account_id: event.account_id,
    request_id: event.request_id,
    detail: snakeNames(event.detail) as Record<string, unknown>,
  };
}
