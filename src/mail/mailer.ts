import type { Db } from '../db/connection.ts';

export interface Mail {
  readonly to: string;
  readonly subject: string;
  /** Plain text; may carry a code that opens something. */
  readonly text: string;
}

/** Takes mail in the transaction of what it tells of: it is sent when that commits, or never. */
export interface Mailer {
  queue(db: Db, mail: Mail, now: Date): Promise<void>;
}
