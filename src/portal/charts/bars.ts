import { scaleBand, scaleLinear } from 'd3-scale';
import { timeZoneNow } from '../../texts/speech.ts';
import { t } from '../../texts/texts.ts';
import { type Point, totalOf } from '../../usage/series.ts';
import type { BarsView } from '../../views/models/usage.ts';
import { inNumber } from '../moments.ts';
import { shareOf } from './share.ts';

const WIDTH = 720;
const MARGIN = { top: 8, right: 8, bottom: 24, left: 56 };
/** About so many labels fit below. */
const LABELS = 7;

/**
 * Calls over time as bars, with the failures among them at the foot of each.
 * @param name how a part of the time is called below its bar
 */
export function bars(points: readonly Point[], name: (at: Date) => string, height = 200): BarsView {
  const base = height - MARGIN.bottom;
  const x = scaleBand<number>([MARGIN.left, WIDTH - MARGIN.right])
    .domain(points.keys())
    .padding(0.2)
    .round(true);
  const y = scaleLinear([0, Math.max(4, ...points.map(({ calls }) => calls))], [base, MARGIN.top]).nice(4);
  const width = x.bandwidth();
  const every = Math.ceil(points.length / LABELS);
  return {
    width: WIDTH,
    height,
    left: MARGIN.left,
    right: WIDTH - MARGIN.right,
    base,
    bars: points.map(({ at, calls, failures }, index) => ({
      x: x(index) ?? 0,
      width,
      calls: { y: y(calls), height: base - y(calls) },
      failures: { y: y(failures), height: base - y(failures) },
      title: t('parts.barTitle', { name: name(at), calls, failures }),
    })),
    lines: y.ticks(4).map((tick) => ({ y: y(tick), label: inNumber(tick) })),
    labels: points.flatMap(({ at }, index) =>
      index % every === 0 ? [{ x: x(index) ?? 0, text: name(at), minor: (index / every) % 2 === 1 }] : [],
    ),
    label: inWords(points, name),
    zone: zoneInWords(points),
    rows: points.map(({ at, calls, failures }) => ({
      name: name(at),
      calls: inNumber(calls),
      failures: inNumber(failures),
    })),
  };
}

/** Hours are counted as those of UTC. Where a clock shows half past then, a day does not begin with one. */
function zoneInWords(points: readonly Point[]): string {
  const zone = timeZoneNow();
  const [first] = points;
  const minutes = new Intl.DateTimeFormat('en', { timeZone: zone, minute: 'numeric' });
  const isBetween = first !== undefined && Number(minutes.format(first.at)) !== 0;
  return isBetween ? t('parts.timesBetween', { zone }) : t('parts.timesOf', { zone });
}

/** What the picture shows, for those who do not see it. */
function inWords(points: readonly Point[], name: (at: Date) => string): string {
  const { calls, failures } = totalOf(points);
  if (calls === 0) return t('parts.noCalls');
  const most = points.reduce((best, point) => (point.calls > best.calls ? point : best));
  const share = shareOf(failures, calls);
  return t('parts.chartWords', { calls, failures, share, name: name(most.at), most: most.calls });
}
