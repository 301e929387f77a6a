import { scaleLinear } from 'd3-scale';
import { area, line } from 'd3-shape';
import type { SparkView } from '../../views/models/usage.ts';

const WIDTH = 120;
const HEIGHT = 28;
/** Half of the line's width and a little, so that nothing of it is cut off. */
const MARGIN = 2;

/** A line over time without axes; `label` says in words what it shows. */
export function spark(values: readonly number[], label: string): SparkView {
  const x = scaleLinear([0, values.length - 1], [MARGIN, WIDTH - MARGIN]);
  const y = scaleLinear([0, Math.max(1, ...values)], [HEIGHT - MARGIN, MARGIN]);
  const across = (_value: number, index: number) => x(index);
  const top = (value: number) => y(value);
  return {
    width: WIDTH,
    height: HEIGHT,
    line: line<number>().x(across).y(top).digits(1)([...values]) ?? '',
    area: area<number>().x(across).y0(HEIGHT).y1(top).digits(1)([...values]) ?? '',
    label,
  };
}
