import { deleteExpiredChallenges } from '../accounts/factors/challenges.ts';
import { deleteExpiredKeptForms } from '../accounts/kept-forms.ts';
import { deleteExpiredLinks } from '../accounts/links/links.ts';
import { deleteExpiredSessions } from '../accounts/portal-sessions.ts';
import { deleteEndedSecrets } from '../clients/secrets/secrets.ts';
import type { Database, Db } from '../db/connections/connection.ts';
import { withLease } from '../db/leases.ts';
import { deleteExpiredThrottles } from '../http/limits.ts';
import { deleteExpiredIdempotencyKeys } from '../idempotency/once.ts';
import type { Keyring } from '../keys/keyring.ts';
import { deleteOldMail } from '../mail/mail-lists.ts';
import type { Post } from '../mail/post.ts';
import { deleteExpiredArtifacts, deleteExpiredRetries } from '../oidc/storage/cleanup.ts';
import type { RevocationCap } from '../revocation/cap.ts';
import { deleteEndedGrants } from '../revocation/ended-grants.ts';
import { followIncarnation } from '../revocation/incarnation.ts';
import { deleteForgottenRevocations } from '../revocation/revoke.ts';
import type { UsageRecorder } from '../usage/recorder.ts';
import { deleteOldRequests, deleteOldUsage } from '../usage/retention.ts';
import type { JobRounds } from './rounds.ts';

/** What each feature removes of its own, by what it is called in metrics and by `doctor`. */
const EXPIRING = {
  'remove-artifacts': deleteExpiredArtifacts,
  'remove-ended-grants': (db: Db, _now: Date, batch: number) => deleteEndedGrants(db, batch),
  'remove-retries': deleteExpiredRetries,
  'remove-sessions': deleteExpiredSessions,
  'remove-kept-forms': deleteExpiredKeptForms,
  'remove-links': deleteExpiredLinks,
  'remove-challenges': deleteExpiredChallenges,
  'remove-throttles': deleteExpiredThrottles,
  'remove-idempotency-keys': deleteExpiredIdempotencyKeys,
  'remove-revocations': (db: Db, _now: Date, batch: number) => deleteForgottenRevocations(db, batch),
  'remove-secrets': deleteEndedSecrets,
  'remove-mail': deleteOldMail,
  'remove-request-log': deleteOldRequests,
  'remove-usage': deleteOldUsage,
};

const EVERY = 60_000;
const BATCH = 1000;
const MOST_BATCHES = 100;

export interface Jobs {
  /** Removes everything that has expired, in batches, if no other process is at it. @returns rows removed */
  cleanUp(): Promise<number>;
  /** Sends mail that is due, if no other process is at it. @returns mails sent */
  sendMail(): Promise<number>;
  /** Runs the jobs from time to time until stopped. */
  start(): void;
  /** Begins nothing more, and waits for what is under way. */
  stop(): Promise<void>;
}

export interface JobParts {
  readonly database: Database;
  readonly keyring: Keyring;
  readonly usage: UsageRecorder;
  readonly post: Post;
  readonly cap: RevocationCap;
  readonly rounds: JobRounds;
  readonly clock: () => Date;
}

/** Background work. Every process tries; a lease lets one of them, but for usage, which each has of its own. */
export function createJobs({ database: { db }, keyring, usage, post, cap, rounds, clock }: JobParts): Jobs {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<unknown> | undefined;
  let stopped = false;

  const removeAll = async (remove: (typeof EXPIRING)['remove-usage']) => {
    let removed = 0;
    for (let batches = 0, count = BATCH; count === BATCH && batches < MOST_BATCHES && !stopped; batches += 1) {
      count = await remove(db, clock(), BATCH);
      removed += count;
    }
    return removed;
  };
  const cleanUp = async () => {
    let removed = 0;
    await withLease(db, { name: 'clean-up', seconds: 300, now: clock() }, async () => {
      for (const [name, remove] of Object.entries(EXPIRING)) {
        removed += (await rounds.run(name, () => removeAll(remove))) ?? 0;
      }
      await rounds.run('hold-revocations', cap.holdAll);
    });
    return removed;
  };
  const round = async () => {
    const follow = () => followIncarnation(db, clock());
    await Promise.all([
      rounds.run('clean-up', cleanUp),
      rounds.run('keys', keyring.maintain),
      rounds.run('follow-restores', follow),
    ]);
    await rounds.flush();
  };

  return {
    async cleanUp() {
      const removed = await cleanUp();
      await rounds.flush();
      return removed;
    },
    sendMail: post.send,
    start() {
      usage.start();
      post.start();
      timer = setInterval(() => {
        // One round after the other, so that the last one can be waited for.
        running ??= round().finally(() => {
          running = undefined;
        });
      }, EVERY);
      timer.unref();
    },
    async stop() {
      stopped = true;
      clearInterval(timer);
      await Promise.all([running, post.close()]);
    },
  };
}
