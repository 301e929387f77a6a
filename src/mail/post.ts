import type { Logger } from 'pino';
import type { MasterKey } from '../config.ts';
import type { Db } from '../db/connection.ts';
import { sendDueMail } from './delivery.ts';
import { openTransport } from './transport.ts';

/** What sends mail in the background. */
export interface Post {
  /** Sends what is due, if no other process is at it. @returns how many were sent */
  send(): Promise<number>;
  close(): void;
}

export interface PostParts {
  readonly db: Db;
  readonly masterKeys: readonly MasterKey[];
  readonly issuer: string;
  /** `url` undefined: mail stays in the outbox, where an operator sees it. */
  readonly smtp: { readonly url: string | undefined; readonly from: string };
  readonly clock: () => Date;
  readonly log: Logger;
}

export function createPost({ smtp, ...parts }: PostParts): Post {
  const { url, from } = smtp;
  if (url === undefined) return { send: async () => 0, close: () => {} };
  const transport = openTransport({ url, from });
  return { send: () => sendDueMail({ ...parts, transport }), close: () => transport.close() };
}
