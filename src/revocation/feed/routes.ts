import { PassThrough } from 'node:stream';
import Router from '@koa/router';
import type { Context } from 'koa';
import { AppError } from '../../errors.ts';
import { answerCached } from '../../http/serving/assets.ts';
import type { EpochPublisher } from './epoch-publisher.ts';
import type { FeedPublisher, SignedFeed } from './publisher.ts';

/** Seconds for which a verifier may keep the feed. */
const FEED_MAX_AGE = 2;
const HEARTBEAT_MS = 15_000;
/** One connection each; a server with more verifiers than that has several processes, or verifiers that poll. */
const MOST_STREAMS = 2000;
const MOST_UNREAD = 1024 * 1024;

export interface FeedRoutes {
  readonly router: Router;
  /** How many streams are open. */
  streams(): number;
  /** Ends every stream, so that the server can stop. */
  close(): void;
}

export const isOfFeed = (path: string) => /^\/(?:revocations|epochs)(?:\/|$)/.test(path);

/**
 * `GET /revocations`, `GET /epochs` with its segments, and a stream of each: how an ending reaches servers that verify
 * offline.
 */
export function feedRoutes(revocations: FeedPublisher, epochs: EpochPublisher): FeedRoutes {
  const router = new Router();
  const streams = new Set<PassThrough>();
  let closed = false;

  router.get('/revocations', async (ctx) => answer(ctx, await revocations.current(), 'revocations+jwt'));
  router.get('/revocations/stream', (ctx) => stream(ctx, revocations, 'revocations'));
  router.get('/epochs', async (ctx) => answer(ctx, await epochs.current(), 'epochs+jwt'));
  router.get('/epochs/stream', (ctx) => stream(ctx, epochs, 'epochs'));
  router.get('/epochs/:bits/:index', async (ctx) => {
    const [bits, index] = [ctx.params.bits, ctx.params.index].map(wholeNumber);
    const of = new URLSearchParams(ctx.querystring).get('of') ?? undefined;
    const segment = bits !== undefined && index !== undefined ? await epochs.segment(bits, index, of) : undefined;
    if (!segment) throw new AppError('not_found');
    answer(ctx, segment, 'epoch-segment+jwt');
  });

  async function stream(ctx: Context, publisher: FeedPublisher, event: string): Promise<void> {
    if (streams.size >= MOST_STREAMS) throw new AppError('unavailable', { retryAfter: 5 });
    const stream = new PassThrough();
    const send = ({ body }: SignedFeed) => {
      if (stream.writableEnded) return;
      // A reader that is too slow is disconnected; it connects again or polls.
      if (stream.writableLength > MOST_UNREAD) return stream.destroy();
      stream.write(`event: ${event}\ndata: `);
      stream.write(body);
      stream.write('\n\n');
    };
    // Subscribed before the first feed is sent: nothing that comes in between is missed.
    const unsubscribe = publisher.subscribe(send);
    const heartbeat = setInterval(() => stream.write(': alive\n\n'), HEARTBEAT_MS);
    heartbeat.unref();
    streams.add(stream);
    const end = () => {
      unsubscribe();
      clearInterval(heartbeat);
      streams.delete(stream);
    };
    ctx.req.once('close', end);
    stream.once('close', end);
    send(await firstOf(publisher, end));
    ctx.type = 'text/event-stream';
    ctx.set('Cache-Control', 'no-store');
    ctx.set('X-Accel-Buffering', 'no');
    ctx.body = stream;
    // Asked for on a connection that was open already, while the server drains: it gets the feed, and no stream.
    if (closed) stream.end();
  }

  return {
    router,
    streams: () => streams.size,
    close() {
      closed = true;
      for (const stream of streams) stream.end();
    },
  };
}

function answer(ctx: Context, { body, etag }: SignedFeed, type: string): void {
  ctx.set('Cache-Control', `public, max-age=${FEED_MAX_AGE}`);
  answerCached(ctx, body, etag);
  ctx.type = `application/${type}`;
}

const wholeNumber = (text = '') => (/^(?:0|[1-9]\d{0,3})$/.test(text) ? Number(text) : undefined);

/** The feed as it is now. Without one there is no stream, and nothing is left of it. */
async function firstOf(publisher: FeedPublisher, end: () => void): Promise<SignedFeed> {
  try {
    return await publisher.current();
  } catch (error) {
    end();
    throw error;
  }
}
