import type { Keyring } from '../keyring.ts';
import { readSigned } from './signed-jws.ts';

/** An ID token of ours that comes back as a hint, whether or not it has expired (RP-Initiated Logout 1.0 §2). */
export interface IdTokenHint {
  readonly subject: string;
  /** The app that it was issued to. */
  readonly audience: string;
  /** Seconds. */
  readonly issuedAt: number;
  readonly sid: string | undefined;
}

export type HintReader = (hint: string | undefined) => IdTokenHint | undefined;

/** Accepts a hint of a current key, or of one that retired within the life of a session; not of a revoked key. */
export function createHintReader({ keyring, issuer }: { keyring: () => Keyring; issuer: string }): HintReader {
  const findKey = (kid: unknown) =>
    [...keyring().published(), ...keyring().remembered()].find((key) => key.kid === kid);
  return (hint) => {
    const signed = hint === undefined ? undefined : readSigned(hint, findKey);
    if (!signed || !ID_TOKEN_TYPES.has(signed.typ)) return undefined;
    const { iss, sub, aud, iat, sid } = signed.claims;
    if (iss !== issuer || typeof sub !== 'string' || typeof aud !== 'string' || typeof iat !== 'number')
      return undefined;
    return { subject: sub, audience: aud, issuedAt: iat, sid: typeof sid === 'string' ? sid : undefined };
  };
}

/** Access tokens, logout tokens and feeds name a type of their own (RFC 8725 §3.11). */
const ID_TOKEN_TYPES: ReadonlySet<unknown> = new Set([undefined, 'JWT']);
