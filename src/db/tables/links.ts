import type { Selectable } from 'kysely';
import type { Timestamp } from './columns.ts';

/** A one-time link that was made: one of each kind for each subject, which is a person or an address. */
export interface AccountLinkTable {
  kind: 'reset' | 'verification' | 'address' | 'sign_up';
  subject: string;
  code_hash: Uint8Array;
  account_id: string | null;
  /** Where it went to, or what is to be the address. */
  email: string;
  /** false: an administrator handed it over. */
  by_mail: boolean;
  created_at: Timestamp;
  expires_at: Timestamp;
}

export interface LinkTables {
  account_links: AccountLinkTable;
}

export type AccountLink = Selectable<AccountLinkTable>;
