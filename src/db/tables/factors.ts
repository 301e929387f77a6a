import type { Generated } from 'kysely';
import type { Late, Timestamp } from './columns.ts';

/** The seed of a person's one-time codes (RFC 6238). */
export interface TotpFactorTable {
  account_id: string;
  sealed_seed: string;
  /** The visit that was shown it. */
  visit_hash: Uint8Array;
  /** null while it is being set up. */
  confirmed_at: Timestamp | null;
  /** The time step of the last code that was used: no code of it, or of one before, works any more. */
  used_step: Generated<number>;
  used_at: Late<Date>;
  created_at: Timestamp;
}

/** Codes for who has lost everything else. A used one is removed. */
export interface RecoveryCodeTable {
  account_id: string;
  code_hash: Uint8Array;
  /** One for all codes of a person. */
  salt: Uint8Array;
  created_at: Timestamp;
}

/** A passkey of a person, by the id of its credential (WebAuthn §4). */
export interface PasskeyTable {
  id: string;
  account_id: string;
  name: string;
  /** As COSE has it. */
  public_key: Uint8Array;
  /** Of signatures; one that does not go up is of a copy. 0 where the key does not count. */
  counter: number;
  transports: string[];
  /** It is on several devices of its owner. */
  synced: boolean;
  created_at: Timestamp;
  used_at: Late<Date>;
}

/** What the browser of a visit was asked to sign last. */
export interface PasskeyChallengeTable {
  visit_hash: Uint8Array;
  challenge_hash: Uint8Array;
  expires_at: Timestamp;
}

export interface FactorTables {
  passkeys: PasskeyTable;
  passkey_challenges: PasskeyChallengeTable;
  totp_factors: TotpFactorTable;
  recovery_codes: RecoveryCodeTable;
}
