import { PassThrough } from 'node:stream';
import Router from '@koa/router';
import { AppError } from '../../errors.ts';
import { answerCached } from '../../http/serving/assets.ts';
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

export const isOfFeed = (path: string) => path === '/revocations' || path === '/revocations/stream';

/** `GET /revocations` and `GET /revocations/stream`: how a revocation reaches servers that verify offline. */
export function feedRoutes(publisher: FeedPublisher): FeedRoutes {
  const router = new Router();
  const streams = new Set<PassThrough>();
  let closed = false;

  router.get('/revocations', async (ctx) => {
    const { body, etag } = await publisher.current();
    ctx.set('Cache-Control', `public, max-age=${FEED_MAX_AGE}`);
    ctx.type = 'application/revocations+jwt';
    answerCached(ctx, body, etag);
    if (ctx.status === 200) ctx.type = 'application/revocations+jwt';
  });

  router.get('/revocations/stream', async (ctx) => {
    if (streams.size >= MOST_STREAMS) throw new AppError('unavailable', { retryAfter: 5 });
    const stream = new PassThrough();
    const send = ({ body }: SignedFeed) => {
      if (stream.writableEnded) return;
      // A reader that is too slow is disconnected; it connects again or polls.
      if (stream.writableLength > MOST_UNREAD) return stream.destroy();
      stream.write('event: revocations\ndata: ');
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
  });

  return {
    router,
    streams: () => streams.size,
    close() {
      closed = true;
      for (const stream of streams) stream.end();
    },
  };
}

/** The feed as it is now. Without one there is no stream, and nothing is left of it. */
async function firstOf(publisher: FeedPublisher, end: () => void): Promise<SignedFeed> {
  try {
    return await publisher.current();
  } catch (error) {
    end();
    throw error;
  }
}
