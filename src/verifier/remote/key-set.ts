import { unavailable } from '../refusal.ts';
import type { Seconds } from '../token/time.ts';
import { readKeys, type VerificationKey } from '../token/verification-key.ts';
import { type Fetch, getConditionally } from './conditional-get.ts';

export interface KeySet {
  /** undefined for a kid that the issuer does not publish. @throws {Refusal} unavailable */
  find(kid: string): Promise<VerificationKey | undefined>;
  /** Whether the issuer says, beside its keys, that no two APIs differ by the slash at the end of their identifiers alone. */
  takesEitherForm(): boolean;
}

export interface KeySetOptions {
  readonly uri: string;
  readonly fetch: Fetch;
  readonly now: Seconds;
  readonly signal: AbortSignal;
  /** How long keys may be used after their freshness ran out. */
  readonly maxStaleSeconds: number;
}

/** However many tokens name keys that do not exist, one request in this time looks for them. */
const UNKNOWN_KID_SECONDS = 30;
/** After an attempt that failed. */
const RETRY_SECONDS = 2;
/** For an answer that says nothing about caching, and the bounds for one that does: `no-store` must not mean every call. */
const DEFAULT_MAX_AGE = 300;
const LEAST_MAX_AGE = 30;
const MOST_MAX_AGE = 86_400;
const MAX_BYTES = 1_000_000;

/** The issuer's keys: fetched on first use, kept as long as the issuer allows, fetched again behind the callers' backs. */
export function createKeySet({ uri, fetch, now, signal, maxStaleSeconds }: KeySetOptions): KeySet {
  let keys: ReadonlyMap<string, VerificationKey> = new Map();
  let eitherForm = false;
  let etag: string | undefined;
  let freshUntil = Number.NEGATIVE_INFINITY;
  let retryAt = Number.NEGATIVE_INFINITY;
  let missAllowedAt = Number.NEGATIVE_INFINITY;
  let inFlight: Promise<void> | undefined;

  async function load(): Promise<void> {
    const fetched = await getConditionally(fetch, uri, {
      accept: 'application/json',
      maxBytes: MAX_BYTES,
      signal,
      etag,
    });
    if (fetched.text !== undefined) {
      keys = await readKeys(fetched.text, keys);
      eitherForm = saysEitherForm(fetched.text);
    }
    etag = fetched.etag;
    const maxAge = Math.max(LEAST_MAX_AGE, Math.min(fetched.maxAge ?? DEFAULT_MAX_AGE, MOST_MAX_AGE));
    freshUntil = now() + maxAge;
  }

  /**
   * One request at a time, shared by all who wait. A failure leaves the old keys, which the caller then judges by their
   * age.
   */
  function refresh(): Promise<void> {
    inFlight ??= load()
      .catch(() => {
        retryAt = now() + RETRY_SECONDS;
      })
      .finally(() => {
        inFlight = undefined;
      });
    return inFlight;
  }

  async function ensureUsable(): Promise<void> {
    if (now() < freshUntil) return;
    const refreshing = inFlight ?? (now() >= retryAt ? refresh() : undefined);
    if (now() < freshUntil + maxStaleSeconds) return;
    await refreshing;
    if (now() >= freshUntil + maxStaleSeconds) throw unavailable("the issuer's keys cannot be fetched");
  }

  async function lookForNew(): Promise<void> {
    if (now() < missAllowedAt) return inFlight;
    missAllowedAt = now() + UNKNOWN_KID_SECONDS;
    return refresh();
  }

  return {
    takesEitherForm: () => eitherForm,
    async find(kid) {
      await ensureUsable();
      const known = keys.get(kid);
      if (known) return known;
      await lookForNew();
      return keys.get(kid);
    },
  };
}

/** A member of its own of the JWK Set (RFC 7517 §5). A server that does not say it may have such APIs. */
const saysEitherForm = (text: string): boolean =>
  (JSON.parse(text) as { audience_slash?: unknown }).audience_slash === 'either';
