import type { BindingSettings } from './proof/binding.ts';
import type { Certificate } from './proof/certificate.ts';
import { createMemoryReplayStore, type ReplayStore } from './proof/replay-store.ts';
import type { Fetch } from './remote/conditional-get.ts';
import type { VerificationRequest } from './request/request.ts';
import { type Schedule, scheduleOnTimers } from './token/time.ts';
import { isAsymmetric } from './token/verification-key.ts';

export interface VerifierOptions {
  /** The authorization server, exactly as in the `iss` of its tokens. */
  readonly issuer: string;
  /** Your API, as it is registered there: what a token's `aud` must contain. */
  readonly audience: string;
  /**
   * Where this process reaches the authorization server, when that is another address than the issuer's, such as
   * http://latchkey:3000 inside a cluster: keys and revocations are read there. Default: the issuer.
   */
  readonly serverUrl?: string;
  /** Default: `${serverUrl}/jwks`. */
  readonly jwksUri?: string;
  /** Default: `${serverUrl}/epochs`. Segments and the stream are below it. */
  readonly epochsUri?: string;
  /** For tokens without epochs, and servers that publish none. Default: `${serverUrl}/revocations`. */
  readonly revocationsUri?: string;
  /** Default: `${serverUrl}/revocations/stream`. */
  readonly streamUri?: string;
  /** How revocations get here. Default: 'poll'. With 'off', a revoked token works until it expires. */
  readonly revocations?: 'poll' | 'stream' | 'off';
  /** Default: 2. */
  readonly pollSeconds?: number;
  /**
   * For how long to go on when the authorization server cannot be reached: the age of the revocation feed, and the time
   * since the keys' max-age ran out, after which verification fails with a 503. Default: 300.
   */
  readonly maxStaleSeconds?: number;
  /** Default: ES256, RS256, EdDSA. */
  readonly algorithms?: readonly string[];
  /** How much the clocks may differ. Default: 5. */
  readonly clockToleranceSeconds?: number;
  readonly dpop?: DpopOptions;
  /** Refuses tokens that are not bound to a key by DPoP. Default: false. */
  readonly requireDpop?: boolean;
  /** The client certificate of a request, where tokens are bound to one (RFC 8705). */
  readonly getCertificate?: (request: VerificationRequest) => Certificate | undefined;
  /** Named in challenges. Default: the audience. */
  readonly realm?: string;
  readonly clock?: () => Date;
  readonly fetch?: Fetch;
  /** In place of setTimeout, for tests. */
  readonly schedule?: Schedule;
}

export interface DpopOptions {
  /** How far from now a proof may have been made, before or after. Default: 60. */
  readonly windowSeconds?: number;
  /** Default: in the memory of this process. */
  readonly replayStore?: ReplayStore;
  /** Default: ES256, ES384, ES512, PS256, RS256, EdDSA, Ed25519. */
  readonly algorithms?: readonly string[];
  /**
   * The API's address as its callers know it, such as https://api.example.com, or its addresses where it has several.
   * Default: what the framework says.
   */
  readonly origin?: string | readonly string[];
}

/** RFC 9449 §11.1 asks for seconds or minutes. */
export const DPOP_WINDOW_SECONDS = 60;

/** What a DPoP proof may be signed with, at the server and at an API alike. */
export const DPOP_ALGORITHMS = ['ES256', 'ES384', 'ES512', 'PS256', 'RS256', 'EdDSA', 'Ed25519'] as const;

export type Settings = ReturnType<typeof settle>;

/** The options with their defaults. @throws {TypeError} for what could never work, or not safely */
export function settle(options: VerifierOptions) {
  const { issuer, audience, revocations = 'poll', clock = () => new Date() } = options;
  if (!URL.canParse(issuer)) throw new TypeError('the option issuer must be a URL');
  if (!audience) throw new TypeError('the option audience is missing');
  if (!['poll', 'stream', 'off'].includes(revocations)) throw new TypeError('revocations: poll, stream or off');
  const { serverUrl = issuer } = options;
  if (!URL.canParse(serverUrl)) throw new TypeError('the option serverUrl must be a URL');
  const base = serverUrl.replace(/\/$/, '');
  const now = () => clock().getTime() / 1000;
  return {
    issuer,
    audience,
    jwksUri: options.jwksUri ?? `${base}/jwks`,
    epochsUri: (options.epochsUri ?? `${base}/epochs`).replace(/\/$/, ''),
    revocationsUri: options.revocationsUri ?? `${base}/revocations`,
    streamUri: options.streamUri ?? `${base}/revocations/stream`,
    revocations,
    pollSeconds: positive(options.pollSeconds ?? 2, 'pollSeconds'),
    maxStaleSeconds: positive(options.maxStaleSeconds ?? 300, 'maxStaleSeconds'),
    algorithms: onlyAsymmetric(options.algorithms ?? ['ES256', 'RS256', 'EdDSA']),
    toleranceSeconds: options.clockToleranceSeconds ?? 5,
    realm: options.realm ?? audience,
    binding: settleBinding(options, now),
    // Looked up at each call, so that instrumentation that wraps `fetch` later is used.
    fetch: naming(audience, options.fetch ?? ((url: string, init: RequestInit) => globalThis.fetch(url, init))),
    schedule: options.schedule ?? scheduleOnTimers,
    now,
  };
}

/** Says for which API it fetches, so that its owner can see at the issuer that it does. */
function naming(audience: string, fetch: Fetch): Fetch {
  if (!/^[\x21-\x7e]{1,300}$/.test(audience)) return fetch;
  return (url, init) => fetch(url, { ...init, headers: { ...init.headers, 'latchkey-audience': audience } });
}

function settleBinding(options: VerifierOptions, now: () => number): BindingSettings {
  const { dpop = {}, requireDpop = false, getCertificate } = options;
  return {
    algorithms: onlyAsymmetric(dpop.algorithms ?? DPOP_ALGORITHMS),
    windowSeconds: positive(dpop.windowSeconds ?? DPOP_WINDOW_SECONDS, 'dpop.windowSeconds'),
    origins: [dpop.origin ?? []].flat().map((origin) => new URL(origin).origin),
    replayStore: dpop.replayStore ?? createMemoryReplayStore({ now }),
    requireDpop,
    getCertificate,
  };
}

function positive(value: number, name: string): number {
  if (!(value > 0)) throw new TypeError(`the option ${name} must be above zero`);
  return value;
}

/** RFC 8725 §3.1, §3.2: with a secret for a key, everyone who can verify a token can make one. */
function onlyAsymmetric(algorithms: readonly string[]): readonly string[] {
  const wrong = algorithms.find((alg) => !isAsymmetric(alg));
  if (wrong !== undefined || algorithms.length === 0)
    throw new TypeError(`${wrong ?? 'none'} is not an algorithm to verify with`);
  return algorithms;
}
