import { isFailure, SUCCESS } from './outcomes.ts';

/** One request of an app that is known. */
export interface RequestNote {
  readonly at: Date;
  readonly clientId: string;
  /** The API's id; undefined when none was involved, or none that the app may use. */
  readonly api: string | undefined;
  /** A grant type, or another kind of request. */
  readonly event: string;
  /** `ok`, or an error code. */
  readonly outcome: string;
  /** Why it failed, or what a success did not get, in the server's own words. */
  readonly detail?: string | undefined;
  readonly scope?: string | undefined;
  readonly requestId?: string | undefined;
}

export interface Count {
  /** When the hour starts, in milliseconds since 1970. */
  readonly hour: number;
  readonly clientId: string;
  readonly api: string;
  readonly event: string;
  readonly outcome: string;
  count: number;
}

export interface Contents {
  readonly counts: Count[];
  readonly lines: RequestNote[];
}

/** Requests that could not be kept: not counted, or counted without a line of their own. */
export interface Dropped {
  counts: number;
  lines: number;
}

/**
 * Failures of one app that get a line of their own in a minute, so that a loop gone wrong does not fill the log; and so many
 * different ways in which its successes got less than they asked for.
 */
export const FAILURES_A_MINUTE = 10;
/** How many different counts and lines wait for the database at most: most installs survive an hour without it. */
const MOST = 20_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/**
 * What happened since the last time that it was written down. Every request is counted. A line of its own gets the first
 * success of a minute for each app, API and event, the first that says something else of what was left out, and every failure up
 * to {@link FAILURES_A_MINUTE} per app and minute.
 */
export class Batch {
  readonly dropped: Dropped = { counts: 0, lines: 0 };
  /** This minute's counts. They stay when they are taken, at zero: that is how a second success is known to be one. */
  #current = new Map<string, Count>();
  #waiting = new Map<string, Count>();
  #lines: RequestNote[] = [];
  #failures = new Map<string, number>();
  /** By app, what lines of successes have said. */
  #said = new Map<string, Set<string>>();
  #minute = 0;

  add(note: RequestNote): void {
    const { clientId, api = '', event, outcome } = note;
    const minute = Math.floor(note.at.getTime() / MINUTE);
    if (minute !== this.#minute) this.#turnTo(minute);
    const key = `${clientId} ${api} ${event} ${outcome}`;
    const known = this.#current.get(key);
    if (known) known.count += 1;
    else if (this.#current.size + this.#waiting.size >= MOST) {
      this.dropped.counts += 1;
      return;
    } else this.#current.set(key, { hour: hourOf(minute), clientId, api, event, outcome, count: 1 });
    const isWorthALine = outcome === SUCCESS ? this.#isNews(note) || !known : this.#mayTell(clientId, outcome);
    if (isWorthALine) this.#tell(note);
  }

  /** Hands over everything; what cannot be written comes back by `putBack`. */
  take(): Contents {
    for (const count of this.#current.values()) {
      if (count.count === 0) continue;
      this.#keep({ ...count });
      count.count = 0;
    }
    const contents = { counts: [...this.#waiting.values()], lines: this.#lines };
    this.#waiting = new Map();
    this.#lines = [];
    return contents;
  }

  putBack({ counts, lines }: Contents): void {
    for (const count of counts) this.#keep(count);
    const room = MOST - this.#lines.length;
    this.dropped.lines += Math.max(0, lines.length - room);
    this.#lines = [...lines.slice(0, room), ...this.#lines];
  }

  #turnTo(minute: number): void {
    for (const count of this.#current.values()) if (count.count > 0) this.#keep(count);
    this.#current = new Map();
    this.#failures = new Map();
    this.#said = new Map();
    this.#minute = minute;
  }

  #keep(count: Count): void {
    const key = `${count.hour} ${count.clientId} ${count.api} ${count.event} ${count.outcome}`;
    const known = this.#waiting.get(key);
    if (known) known.count += count.count;
    else this.#waiting.set(key, count);
  }

  #isNews({ clientId, event, detail }: RequestNote): boolean {
    if (detail === undefined) return false;
    const said = this.#said.get(clientId) ?? new Set();
    if (said.size >= FAILURES_A_MINUTE || said.has(`${event} ${detail}`)) return false;
    this.#said.set(clientId, said.add(`${event} ${detail}`));
    return true;
  }

  #mayTell(clientId: string, outcome: string): boolean {
    if (!isFailure(outcome)) return false;
    const told = (this.#failures.get(clientId) ?? 0) + 1;
    this.#failures.set(clientId, told);
    return told <= FAILURES_A_MINUTE;
  }

  #tell(note: RequestNote): void {
    if (this.#lines.length < MOST) this.#lines.push(note);
    else this.dropped.lines += 1;
  }
}

const hourOf = (minute: number) => Math.floor((minute * MINUTE) / HOUR) * HOUR;
