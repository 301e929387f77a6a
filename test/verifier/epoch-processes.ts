import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { signatureOf, signRaw, type TestKey } from './signing.ts';

/** One of the server processes behind an address: what it has heard so far. */
export interface EpochProcess {
  inc: number;
  since: number;
  bits: number;
  /** Seconds by which it is behind. */
  behind: number;
  readonly epochs: Map<string, number>;
  /** Changes what it says, after it was put together and before it is signed. */
  say?: (payload: Record<string, unknown>, path: string) => Record<string, unknown> | string | undefined;
  key?: TestKey;
}

export const aProcess = (
  epochs: Iterable<readonly [string, number]> = [],
  more: Partial<EpochProcess> = {},
): EpochProcess => ({
  inc: 7,
  since: 1_700_000_000,
  bits: 0,
  behind: 0,
  epochs: new Map(epochs),
  ...more,
});

/** Computed here a second time, so that a change on either side shows. */
export function segmentOf(name: string, bits: number): number {
  const [first = 0, second = 0] = Buffer.from(name, 'base64url');
  return (first * 256 + second) >> (16 - bits);
}

export function printOf(entries: readonly (readonly [string, number])[]): string {
  const text = entries
    .map(([name, epoch]) => `${name}:${epoch}`)
    .sort()
    .join('\n');
  return createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url');
}

const known = new WeakMap<ReadonlyMap<string, number>, { state: string; parts: [string, number][][] }>();

/** The entries by segment. Kept while their number stays: 170,000 would take long for each request. */
function split(epochs: ReadonlyMap<string, number>, bits: number): [string, number][][] {
  const state = `${epochs.size} ${bits}`;
  const before = known.get(epochs);
  if (before?.state === state) return before.parts;
  const parts = Array.from({ length: 2 ** bits }, (): [string, number][] => []);
  for (const entry of epochs) parts[segmentOf(entry[0], bits)]?.push(entry);
  known.set(epochs, { state, parts });
  return parts;
}

/** `/epochs`, its segments and its stream, as several processes answer them in turn. */
export function epochAddresses(issuer: () => string, now: () => number, key: TestKey) {
  const processes: EpochProcess[] = [];
  const streams = new Set<ServerResponse>();
  const seen = { turn: 0, bytes: 0, largest: 0 };

  const sign = (process: EpochProcess, typ: string, path: string, content: Record<string, unknown>): string => {
    const iat = Math.floor(now()) - process.behind;
    const payload = { iss: issuer(), inc: process.inc, since: process.since, iat, bits: process.bits, ...content };
    const said = process.say?.(payload, path) ?? payload;
    const signer = process.key ?? key;
    return typeof said === 'string' ? said : signRaw({ alg: 'ES256', typ, kid: signer.kid }, said, signatureOf(signer));
  };

  function documentOf(process: EpochProcess): string {
    const parts = split(process.epochs, process.bits);
    const content =
      process.bits === 0 ? { epochs: Object.fromEntries(process.epochs) } : { segments: parts.map(printOf) };
    return sign(process, 'epochs+jwt', '/epochs', content);
  }

  function etagOf(process: EpochProcess): string {
    const said = [process.inc, process.bits, ...split(process.epochs, process.bits).map(printOf)].join();
    return `W/"${createHash('sha256').update(said).digest('base64url')}"`;
  }

  function segment(process: EpochProcess, path: string): string | undefined {
    const [, , bits, index] = (path.split('?')[0] ?? '').split('/').map(Number);
    if (bits !== process.bits || index === undefined) return undefined;
    const epochs = Object.fromEntries(split(process.epochs, bits)[index] ?? []);
    return sign(process, 'epoch-segment+jwt', path, { index, epochs });
  }

  return {
    processes,
    streams,
    /** How many requests, and characters of answers in all and at most. */
    seen,
    /** Sends what a process knows down the streams. */
    tell(process: EpochProcess) {
      const text = documentOf(process);
      for (const stream of streams) stream.write(`event: epochs\ndata: ${text}\n\n`);
    },
    /** @returns the status; undefined for an address that there is not */
    answer(request: IncomingMessage, response: ServerResponse): number | undefined {
      const path = request.url ?? '';
      const process = processes[seen.turn++ % processes.length];
      if (!process) return undefined;
      if (path === '/epochs/stream') {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(`event: epochs\ndata: ${documentOf(process)}\n\n`);
        streams.add(response.once('close', () => streams.delete(response)));
        return 200;
      }
      const text = path === '/epochs' ? documentOf(process) : segment(process, path);
      if (text === undefined) return undefined;
      const isKnown = path === '/epochs' && request.headers['if-none-match'] === etagOf(process);
      const etag = path === '/epochs' ? { etag: etagOf(process) } : {};
      response.writeHead(isKnown ? 304 : 200, etag).end(isKnown ? undefined : text);
      if (!isKnown) seen.bytes += text.length;
      if (!isKnown) seen.largest = Math.max(seen.largest, text.length);
      return isKnown ? 304 : 200;
    },
  };
}
