/**
 * The process in which pictures of others are unpacked: a program of its own, started by decoder.ts. It has nothing of the
 * server, no secrets and no connections, and ends itself when a picture takes too much.
 */
import sharp from 'sharp';
import { MOST_PIXELS } from './judge.ts';

/** What unpacking one picture may take. A child at rest has about 70 MB. */
const MOST_MEMORY = 300 * 1024 * 1024;
const MOST_CPU_MICROSECONDS = 4_000_000;
const LOOK_EVERY_MS = 20;

/** Pixels on each side of what is kept. */
const SIDE = 256;

sharp.cache(false);
sharp.concurrency(1);
// Whatever a file claims to be: nothing but these is tried.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['VipsForeignLoadPngBuffer', 'VipsForeignLoadJpegBuffer', 'VipsForeignLoadWebpBuffer'],
});

// At once, and not by exit(), which would wait for the thread that unpacks.
const end = () => process.kill(process.pid, 'SIGKILL');

process.on('disconnect', end);
process.on('message', (picture: Uint8Array) => {
  const start = process.cpuUsage();
  const watch = setInterval(() => {
    const { user, system } = process.cpuUsage(start);
    if (user + system > MOST_CPU_MICROSECONDS || process.memoryUsage.rss() > MOST_MEMORY) end();
  }, LOOK_EVERY_MS);
  unpack(picture)
    .then(
      (logo) => process.send?.({ logo }),
      (error: Error) => process.send?.({ error: error.message }),
    )
    .finally(() => clearInterval(watch));
});

function unpack(picture: Uint8Array): Promise<Buffer> {
  return sharp(picture, { limitInputPixels: MOST_PIXELS, failOn: 'error', pages: 1 })
    .autoOrient()
    .resize(SIDE, SIDE, { fit: 'contain', background: { r: 0, g: 0, b: 0, alpha: 0 }, withoutEnlargement: true })
    .png({ compressionLevel: 9 })
    .toBuffer();
}
