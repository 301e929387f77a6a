import { writeFileSync } from 'node:fs';

export interface Chart {
  readonly title: string;
  /** What goes to the right, on a logarithmic scale, with a mark at each point. */
  readonly grows: string;
  /** Marks of a scale that is linear instead. */
  readonly ticks?: readonly number[];
  readonly lines: readonly { readonly name: string; readonly points: readonly { x: number; y: number }[] }[];
}

const WIDTH = 480;
const HEIGHT = 260;
const PLOT = { left: 64, right: 40, top: 40, bottom: 48 };
/** Told apart by those who see few colours too; the second is dashed. */
const COLOURS = ['#1d4ed8', '#b45309'];

/** Charts in two columns, as one picture. */
export function writeCharts(file: URL, title: string, charts: readonly Chart[]): void {
  const cells = charts.map((chart, index) => {
    const at = `translate(${(index % 2) * WIDTH} ${Math.floor(index / 2) * HEIGHT})`;
    return `<g transform="${at}">\n${draw(chart)}\n</g>`;
  });
  const height = Math.ceil(charts.length / 2) * HEIGHT;
  const open = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${2 * WIDTH} ${height}" font-family="sans-serif" font-size="12" fill="#111">`;
  const paper = `<rect width="100%" height="100%" fill="#fff"/>`;
  const name = `<title>${escapeXml(title)}</title>`;
  writeFileSync(file, `${[open, name, paper, ...cells, '</svg>'].join('\n')}\n`);
}

function draw({ title, grows, ticks, lines }: Chart): string {
  const all = lines.flatMap(({ points }) => points);
  const toX = ticks ? linearScale([...ticks, ...all.map(({ x }) => x)]) : logScale(all.map(({ x }) => x));
  const top = niceCeiling(Math.max(...all.map(({ y }) => y)));
  const toY = (y: number) => HEIGHT - PLOT.bottom - (y / top) * (HEIGHT - PLOT.top - PLOT.bottom);
  const levels = [0, top / 4, top / 2, (3 * top) / 4, top];
  const sizes = ticks ?? [...new Set(all.map(({ x }) => x))];
  return [
    text(PLOT.left, 18, title, 'font-weight="bold"'),
    ...lines.map(({ name }, index) => legend(name, index)),
    ...levels.map((level) => gridLine(toY(level), level)),
    ...sizes.map((x) => text(toX(x), HEIGHT - PLOT.bottom + 18, x.toLocaleString('en'), 'text-anchor="middle"')),
    text((WIDTH + PLOT.left) / 2, HEIGHT - 10, grows, 'text-anchor="middle" fill="#555"'),
    ...lines.map(({ points }, index) =>
      path(
        points.map(({ x, y }) => [toX(x), toY(y)] as const),
        index,
      ),
    ),
  ].join('\n');
}

function logScale(values: readonly number[]): (value: number) => number {
  const [low, high] = [Math.log(Math.min(...values)), Math.log(Math.max(...values))];
  const span = WIDTH - PLOT.left - PLOT.right;
  return (value) => PLOT.left + (high > low ? (Math.log(value) - low) / (high - low) : 0.5) * span;
}

function linearScale(values: readonly number[]): (value: number) => number {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const span = WIDTH - PLOT.left - PLOT.right;
  return (value) => PLOT.left + (high > low ? (value - low) / (high - low) : 0.5) * span;
}

/** The next 1, 2, 4 or 8 with zeros behind it, which has round quarters. */
function niceCeiling(value: number): number {
  const unit = 10 ** Math.floor(Math.log10(Math.max(value, 1e-6)));
  return ([1, 2, 4, 8, 10].find((factor) => factor * unit >= value) ?? 10) * unit;
}

const round = (value: number) => Math.round(value * 10) / 10;

function strokeOf(index: number): string {
  const dashes = index % 2 === 1 ? ' stroke-dasharray="6 3"' : '';
  return `stroke="${COLOURS[index % COLOURS.length]}" stroke-width="2"${dashes}`;
}

function path(points: readonly (readonly [number, number])[], index: number): string {
  const colour = COLOURS[index % COLOURS.length];
  const line = points.map(([x, y]) => `${round(x)},${round(y)}`).join(' ');
  const dots = points.map(
    ([x, y]) => `<circle cx="${round(x)}" cy="${round(y)}" r="3" fill="#fff" stroke="${colour}"/>`,
  );
  return [`<polyline points="${line}" fill="none" ${strokeOf(index)}/>`, ...dots].join('\n');
}

function gridLine(y: number, level: number): string {
  const label = text(PLOT.left - 8, y + 4, String(Number(level.toPrecision(3))), 'text-anchor="end" fill="#555"');
  return `<line x1="${PLOT.left}" x2="${WIDTH - PLOT.right}" y1="${round(y)}" y2="${round(y)}" stroke="#ddd"/>\n${label}`;
}

function legend(name: string, index: number): string {
  const x = PLOT.left + index * 120;
  return `<line x1="${x}" x2="${x + 20}" y1="29" y2="29" ${strokeOf(index)}/>\n${text(x + 26, 33, name)}`;
}

function text(x: number, y: number, content: string, attributes = ''): string {
  return `<text x="${round(x)}" y="${round(y)}" ${attributes}>${escapeXml(content)}</text>`;
}

const escapeXml = (content: string) => content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
