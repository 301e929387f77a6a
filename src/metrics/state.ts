import type { Registry } from 'prom-client';
import type { ClientCache } from '../clients/client-cache.ts';
import { clockAhead } from '../db/clock-skew.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Keyring } from '../keys/keyring.ts';
import { SIGNING_ALGS } from '../keys/signing-algs.ts';
import { type RotationPolicy, stageOf } from '../keys/stages.ts';
import type { Post } from '../mail/post.ts';
import type { UsageRecorder } from '../usage/recorder.ts';
import { counter, gauge, type Readings } from './make.ts';

export interface Watched {
  readonly db: Db;
  readonly clientCache: ClientCache;
  readonly keyring: Keyring;
  readonly usage: Pick<UsageRecorder, 'dropped'>;
  readonly jobs: ReadonlyMap<string, { succeeded: number; failed: number; lastSuccess: number | undefined }>;
  readonly retainFor: RotationPolicy['retainFor'];
  readonly clock: () => Date;
  /** How many streams of the revocation feed are open. */
  readonly streams: () => number;
  readonly post: Pick<Post, 'attempts'>;
}

/** What the parts of the server know of themselves, read when someone asks. */
export function watchState(
  registry: Registry,
  { db, clientCache, keyring, usage, jobs, retainFor, clock, streams, post }: Watched,
): void {
  counter(registry, 'latchkey_job_runs_total', () =>
    [...jobs].flatMap(([job, { succeeded, failed }]) => [
      [{ job, outcome: 'succeeded' }, succeeded] as const,
      [{ job, outcome: 'failed' }, failed] as const,
    ]),
  );
  gauge(registry, 'latchkey_job_last_success_timestamp_seconds', () =>
    [...jobs].flatMap(([job, { lastSuccess }]) =>
      lastSuccess === undefined ? [] : [[{ job }, lastSuccess / 1000] as const],
    ),
  );
  gauge(registry, 'latchkey_revocation_streams', () => [[{}, streams()]]);
  gauge(registry, 'latchkey_catalog_entries', () => [[{}, clientCache.counts().entries]]);
  counter(registry, 'latchkey_catalog_lookups_total', () => [
    [{ result: 'hit' }, clientCache.counts().hits],
    [{ result: 'miss' }, clientCache.counts().misses],
  ]);
  counter(registry, 'latchkey_usage_dropped_total', () => [
    [{ what: 'counts' }, usage.dropped.counts],
    [{ what: 'lines' }, usage.dropped.lines],
  ]);
  counter(registry, 'latchkey_mail_attempts_total', () =>
    Object.entries(post.attempts).map(([outcome, count]) => [{ outcome }, count] as const),
  );
  gauge(registry, 'latchkey_database_clock_ahead_seconds', followSkew(db, clock));
  gauge(registry, 'latchkey_signing_keys', () => {
    const stages = keyring.published().map((key) => [key.alg, stageOf(key, { retainFor }, clock())]);
    return SIGNING_ALGS.flatMap((alg) =>
      (['pending', 'active', 'retiring'] as const).map(
        (stage) => [{ alg, stage }, stages.filter((one) => one[0] === alg && one[1] === stage).length] as const,
      ),
    );
  });
  gauge(registry, 'latchkey_signing_key_age_seconds', () =>
    keyring
      .published()
      .filter((key) => stageOf(key, { retainFor }, clock()) === 'active')
      .map(({ alg, activatesAt }) => [{ alg }, (clock().getTime() - activatesAt.getTime()) / 1000] as const),
  );
}

/** Each reading starts the next one and does not wait for it: numbers are asked for most when the database is away. */
function followSkew(db: Db, clock: () => Date): () => Readings {
  let known: Readings = [];
  let isMeasuring = false;
  const measure = async () => {
    isMeasuring = true;
    known = await clockAhead(db, clock).then(
      (ahead): Readings => [[{}, ahead / 1000]],
      () => [],
    );
    isMeasuring = false;
  };
  return () => {
    if (!isMeasuring) void measure();
    return known;
  };
}
