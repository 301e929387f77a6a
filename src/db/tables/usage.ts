import type { Generated } from 'kysely';
import type { Created, Late, Timestamp } from './columns.ts';

/** How often something happened within an hour. */
export interface UsageHourTable {
  /** The start of the hour. */
  hour: Date;
  client_id: string;
  /** Empty when no API was involved. */
  api_id: string;
  /** A grant type, or another kind of request. */
  event: string;
  /** `ok`, or an error code. */
  outcome: string;
  count: number;
}

/** Single requests of an app: every kind of failure, and a sample of successes. */
export interface RequestLogTable {
  id: Generated<number>;
  at: Created;
  client_id: string;
  api_id: string | null;
  event: string;
  outcome: string;
  detail: string | null;
  scope: string | null;
  request_id: string | null;
}

/** Mail that waits or was sent; its text is sealed under a master key. */
export interface MailOutboxTable {
  id: string;
  recipient: string;
  subject: string;
  sealed_text: string;
  created_at: Created;
  next_attempt_at: Timestamp;
  attempts: Generated<number>;
  last_error: Late<string>;
  sent_at: Late<Date>;
  /** Refused for good. */
  failed_at: Late<Date>;
  /** No attempt is made from then on. */
  give_up_at: Timestamp;
}

/** An answer to a request that may be sent twice. */
export interface IdempotencyKeyTable {
  key_hash: Uint8Array;
  request_hash: Uint8Array;
  /** null while the first request is under way. */
  sealed_answer: Uint8Array | null;
  created_at: Created;
  expires_at: Timestamp;
}
