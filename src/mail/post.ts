import type { Logger } from 'pino';
import type { MasterKey, Sender } from '../config.ts';
import type { Db } from '../db/connections/connection.ts';
import { type Outcome, sendDueMail } from './delivery.ts';
import { openTransport } from './transport.ts';

/** Milliseconds. */
const EVERY = 5000;

/** What sends mail in the background. */
export interface Post {
  /** Sends what is due, if no other process is at it. @returns how many were sent */
  send(): Promise<number>;
  /** Sends from time to time until closed. */
  start(): void;
  close(): Promise<void>;
  /** What came of the attempts of this process so far. */
  readonly attempts: Readonly<Record<Outcome, number>>;
}

export interface PostParts {
  readonly db: Db;
  readonly masterKeys: readonly MasterKey[];
  readonly issuer: string;
  /** `url` undefined: mail stays in the outbox, where an operator sees it. */
  readonly smtp: { readonly url: string | undefined; readonly from: Sender; readonly ca: string | undefined };
  readonly clock: () => Date;
  readonly log: Logger;
  /** Does a round of work: what it throws is logged and noted, and ends nothing. */
  readonly run: (name: string, work: () => Promise<number>) => Promise<number | undefined>;
}

export function createPost({ smtp: { url, from, ca }, run, ...parts }: PostParts): Post {
  const attempts: Record<Outcome, number> = { sent: 0, failed: 0, refused: 0 };
  if (url === undefined) return { send: async () => 0, start: () => {}, close: async () => {}, attempts };
  const transport = openTransport({ url, from, ca });
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<unknown> | undefined;
  const closing = new AbortController();
  const onAttempt = (outcome: Outcome) => {
    attempts[outcome] += 1;
  };
  const sendDue = () => sendDueMail({ ...parts, transport, signal: closing.signal, onAttempt });
  const send = async () => (await run('send-mail', sendDue)) ?? 0;
  return {
    attempts,
    send,
    start() {
      timer = setInterval(() => {
        // A slow mail server may keep one round for longer than the time between two.
        sending ??= send().finally(() => {
          sending = undefined;
        });
      }, EVERY);
      timer.unref();
    },
    async close() {
      clearInterval(timer);
      closing.abort();
      await sending;
      transport.close();
    },
  };
}
