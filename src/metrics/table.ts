import type { Aggregator } from 'prom-client';

/** One metric, as docs/operations.md lists it. */
interface Metric {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  readonly meaning: string;
  /** How the values of several workers become one; they are added up unless this says otherwise. */
  readonly over?: Aggregator;
}

/** Every metric of our own. Labels have few values that are known ahead: never a path, an id or anything that a client sends. */
export const metrics = {
  latchkey_http_requests_total: {
    type: 'counter',
    labels: ['route', 'status'],
    meaning: 'Answers, by group of addresses and class of status (`2xx` to `5xx`).',
  },
  latchkey_http_request_duration_seconds: {
    type: 'histogram',
    labels: ['route'],
    meaning: 'Time from a request to its answer.',
  },
  latchkey_unavailable_answers_total: {
    type: 'counter',
    labels: [],
    meaning: 'Answers with 503: the database or the signer could not be asked.',
  },
  latchkey_tokens_issued_total: {
    type: 'counter',
    labels: ['grant_type'],
    meaning: 'Successful answers of the token endpoint.',
  },
  latchkey_authentication_failures_total: {
    type: 'counter',
    labels: ['who'],
    meaning: 'Failed attempts of apps (`client`) and of people who sign in (`person`).',
  },
  latchkey_reuse_detected_total: {
    type: 'counter',
    labels: ['grant_type'],
    meaning: 'Used refresh tokens and codes that came back, upon which their family was revoked.',
  },
  latchkey_revocation_feed_polls_total: {
    type: 'counter',
    labels: ['result'],
    meaning: 'Requests for the revocation feed: `changed` got it, `unchanged` had it.',
  },
  latchkey_revocation_streams: { type: 'gauge', labels: [], meaning: 'Open streams of the revocation feed.' },
  latchkey_transaction_retries_total: {
    type: 'counter',
    labels: ['sqlstate'],
    meaning: 'Transactions that were run again after a conflict (40001, 40P01).',
  },
  latchkey_statement_failures_total: {
    type: 'counter',
    labels: ['class'],
    meaning: 'Statements that failed, by class of SQLSTATE; `lost` when the connection broke or no answer came.',
  },
  latchkey_connection_failures_total: {
    type: 'counter',
    labels: [],
    meaning: 'Connections to PostgreSQL that could not be had, from the pool or anew.',
  },
  latchkey_pool_connections: {
    type: 'gauge',
    labels: ['state'],
    meaning: 'Connections to PostgreSQL in the pool: `idle` and `used`.',
  },
  latchkey_pool_waiting: { type: 'gauge', labels: [], meaning: 'Requests that wait for a connection.' },
  latchkey_database_clock_ahead_seconds: {
    type: 'gauge',
    labels: [],
    meaning: 'By how much the clock of the database is ahead of the one here, as of the scrape before.',
    over: 'average',
  },
  latchkey_signing_keys: {
    type: 'gauge',
    labels: ['alg', 'stage'],
    meaning: 'Signing keys that are published, by stage.',
    over: 'max',
  },
  latchkey_signing_key_age_seconds: {
    type: 'gauge',
    labels: ['alg'],
    meaning: 'For how long the key that signs has done so.',
    over: 'max',
  },
  latchkey_catalog_entries: { type: 'gauge', labels: [], meaning: 'Apps that are remembered.' },
  latchkey_catalog_lookups_total: {
    type: 'counter',
    labels: ['result'],
    meaning: 'Lookups of apps: `hit` from memory, `miss` from the database.',
  },
  latchkey_usage_dropped_total: {
    type: 'counter',
    labels: ['what'],
    meaning:
      'Requests that could not be kept while the database was away: not counted (`counts`), or counted without their line (`lines`).',
  },
  latchkey_mail_attempts_total: {
    type: 'counter',
    labels: ['outcome'],
    meaning: 'Attempts to send a mail: `sent`, `failed` for now (another follows), `refused` for good.',
  },
  latchkey_unhandled_rejections_total: {
    type: 'counter',
    labels: [],
    meaning: 'Failures that no code of the server looked after. Each is a mistake in it, and in the log.',
  },
  latchkey_job_runs_total: {
    type: 'counter',
    labels: ['job', 'outcome'],
    meaning: 'Pieces of background work that this process did: `succeeded` or `failed`.',
  },
  latchkey_job_last_success_timestamp_seconds: {
    type: 'gauge',
    labels: ['job'],
    meaning: 'When this process last did a piece of background work without a failure.',
    over: 'max',
  },
  latchkey_workers: {
    type: 'gauge',
    labels: [],
    meaning: 'Workers that listen; only with `WORKERS` above 1.',
  },
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof metrics;
