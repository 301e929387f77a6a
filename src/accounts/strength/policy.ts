/** What a password has to be like. */
export interface PasswordPolicy {
  /** Code points. */
  readonly least: number;
  readonly most: number;
  /** How many guesses it has to withstand, as a power of ten. */
  readonly guesses: number;
}

/** Whatever has more is not even read: hashing and comparing it would cost the server, and protect nobody better. */
export const MAX_PASSWORD = 256;

/**
 * NIST SP 800-63B-4 §3.1.1.2: 15 characters for a password that is the only factor, 8 beside a second one. Eight characters at
 * random withstand 10^8 guesses, which a hundred failures in a row (decision 5) do not come near.
 */
export const passwordPolicy = ({ hasSecondFactor }: { hasSecondFactor: boolean }): PasswordPolicy =>
  hasSecondFactor ? { least: 8, most: MAX_PASSWORD, guesses: 7.99 } : { least: 15, most: MAX_PASSWORD, guesses: 10 };
