import type { Timestamp } from './columns.ts';

export interface LeaseTable {
  name: string;
  holder: string;
  expires_at: Timestamp;
}

/** How background work went, in whichever process. */
export interface JobOutcomeTable {
  name: string;
  succeeded_at: Timestamp | null;
  failed_at: Timestamp | null;
  failure: string | null;
}
