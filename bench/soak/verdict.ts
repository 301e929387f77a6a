import type { Sample } from './sample.ts';

/** Memory is flat when the line through the second half of the run rises by less than this over that half. */
export const MOST_RISE = 0.05;

export interface Verdict {
  readonly what: string;
  readonly flat: boolean;
  readonly words: string;
}

/** Whether what must not grow does not. The first half is for warming up: compiled code, caches, heaps that find their size. */
export function judge(samples: readonly Sample[]): Verdict[] {
  const half = Math.floor(samples.length / 2);
  const [first, second] = [samples.slice(0, half), samples.slice(half)];
  const workers = samples.at(-1)?.memory.length ?? 0;
  const most = (part: readonly Sample[]) => Math.max(...part.map(({ connections }) => connections));
  const errors = samples.reduce((sum, sample) => sum + sample.errors, 0);
  const firstError = samples.find((sample) => sample.firstError)?.firstError;
  const restarted = samples.some(({ memory }) => memory.length !== workers);
  return [
    ...Array.from({ length: workers }, (_, worker) => judgeMemory(second, worker)),
    {
      what: 'connections to PostgreSQL',
      flat: most(second) <= most(first),
      words: `${most(first)} at most in the first half, ${most(second)} in the second`,
    },
    { what: 'errors', flat: errors === 0, words: firstError ? `${errors}, first ${firstError}` : String(errors) },
    { what: 'workers', flat: !restarted, words: restarted ? 'one ended' : 'none ended' },
  ];
}

function judgeMemory(samples: readonly Sample[], worker: number): Verdict {
  const points = samples.map(({ seconds, memory }) => ({ x: seconds, y: memory[worker] ?? 0 }));
  const mean = points.reduce((sum, { y }) => sum + y, 0) / points.length;
  const rise = (slopeOf(points) * ((points.at(-1)?.x ?? 0) - (points[0]?.x ?? 0))) / mean;
  return {
    what: `memory of worker ${worker + 1}`,
    flat: rise < MOST_RISE,
    words: `${mean.toFixed(0)} MB on average in the second half, ${rise < 0 ? '−' : '+'}${Math.abs(rise * 100).toFixed(1)} % over it`,
  };
}

/** Of the line with the least squares. */
function slopeOf(points: readonly { x: number; y: number }[]): number {
  const mean = (pick: (point: { x: number; y: number }) => number) =>
    points.reduce((sum, point) => sum + pick(point), 0) / points.length;
  const [x, y] = [mean((point) => point.x), mean((point) => point.y)];
  const over = mean((point) => (point.x - x) ** 2);
  return over === 0 ? 0 : mean((point) => (point.x - x) * (point.y - y)) / over;
}
