import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Answer, getFrom } from './request.ts';
import { addressesOf } from './resolve.ts';
import { createSlots } from './slots.ts';
import { createTargets, type Targets } from './targets.ts';

/** A JSON document that somebody else names, such as the keys of an app. */
export interface PublishedDocument {
  /** As it was read. */
  readonly text: string;
  /** Seconds for which it may be kept. */
  readonly maxAge: number;
}

/**
 * @param read makes of the text what is asked for, and throws for what is no such thing; the same for the same address
 * @throws {DocumentUnavailable}
 */
export type GetDocument = (url: string, read: (text: string) => string) => Promise<PublishedDocument>;

/** Says nothing about why: whoever chose the address would learn what is inside of our network. */
export class DocumentUnavailable extends Error {
  constructor() {
    super('the document cannot be had');
    this.name = 'DocumentUnavailable';
  }
}

/** Milliseconds after which each attempt that fails is over, and those in which it may succeed. */
const FAILURE = 2500;
const DEADLINE = 2200;
/** How long a failure is remembered, during which nobody asks again, and how many addresses are remembered. */
const PAUSE = 10_000;
const MOST_FAILURES = 1000;
const SLOTS = { most: 64, perHost: 8, mostWaiting: 1000 };
/** Bounds of a document's max-age: a key that its owner takes away is good for no longer. */
const LEAST_MAX_AGE = 60;
const MOST_MAX_AGE = 600;

export interface DocumentParts {
  /** The operator's list of inner hosts and networks. */
  readonly inner: readonly string[];
  readonly clock: () => Date;
  readonly log: Logger;
}

/**
 * The one way to fetch what an address of others' choosing leads to. The name is resolved, its addresses are judged, and
 * exactly they are connected to. All that fails fails alike: after the same time, with the same words, be it that an
 * address is refused, a port closed, a name unknown or an answer no good (docs/decisions 0025).
 */
export function createDocuments({ inner, clock, log }: DocumentParts): GetDocument {
  const targets = createTargets(inner);
  const slots = createSlots(SLOTS);
  const failures = new Map<string, number>();
  const underWay = new Map<string, Promise<PublishedDocument>>();

  const fetchOnce = async (url: URL, read: (text: string) => string): Promise<PublishedDocument> => {
    const failed = delay(FAILURE, undefined, { ref: false });
    const signal = AbortSignal.timeout(DEADLINE);
    const host = hostOf(url);
    try {
      requireLikelyTarget(url, host, targets);
      return await slots.inTurn(host, signal, async () => {
        const addresses = await addressesOf(host, targets, signal);
        signal.throwIfAborted();
        const { text, headers } = await getFrom(url, addresses, signal);
        return { text: read(text), maxAge: maxAgeOf(headers, clock()) };
      });
    } catch (error) {
      log.warn({ host: url.host, reason: reasonOf(error) }, 'a published document could not be fetched');
      await failed;
      remember(failures, url.href, clock().getTime() + PAUSE);
      throw new DocumentUnavailable();
    }
  };

  return async (address, read) => {
    const url = new URL(address);
    const { href } = url;
    if ((failures.get(href) ?? 0) > clock().getTime()) throw new DocumentUnavailable();
    const known = underWay.get(href);
    if (known !== undefined) return known;
    const document = fetchOnce(url, read).finally(() => underWay.delete(href));
    underWay.set(href, document);
    return document;
  };
}

const hostOf = ({ hostname }: URL) => hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');

/** Ports below 1024 other than that of https belong to other protocols, which an answer of ours is not to be sent to. */
function requireLikelyTarget(url: URL, host: string, targets: Targets): void {
  if (url.protocol !== 'https:' || url.username || url.password) throw new Error('not a plain https address');
  if (url.port !== '' && Number(url.port) < 1024 && !targets.listsHost(host)) throw new Error('not a port of https');
}

function maxAgeOf(headers: Answer['headers'], now: Date): number {
  return Math.max(LEAST_MAX_AGE, Math.min(freshness(headers, now), MOST_MAX_AGE));
}

/** Seconds, as RFC 9111 §4.2.1 has them. */
function freshness(headers: Answer['headers'], now: Date): number {
  const control = headers['cache-control']?.toLowerCase() ?? '';
  if (/\bno-(?:store|cache)\b/.test(control)) return 0;
  const maxAge = /\bmax-age="?(\d{1,9})\b/.exec(control)?.[1];
  if (maxAge !== undefined) return Number(maxAge) - (Number(headers.age) || 0);
  const expires = Date.parse(headers.expires ?? '');
  return Number.isNaN(expires) ? 0 : (expires - now.getTime()) / 1000;
}

function remember(failures: Map<string, number>, href: string, until: number): void {
  failures.delete(href);
  failures.set(href, until);
  const [oldest] = failures.keys();
  if (failures.size > MOST_FAILURES && oldest !== undefined) failures.delete(oldest);
}

function reasonOf(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  return (code ?? message ?? '').slice(0, 200);
}
