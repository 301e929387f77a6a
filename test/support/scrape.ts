/** What `/metrics` says: values by name with labels, as in `name{label="value"}`. */
export interface Scraped {
  readonly names: ReadonlySet<string>;
  readonly series: readonly string[];
  /** 0 for what is not there: a counter that has never counted. */
  value(series: string): number;
  /** Of all series of a name. */
  sum(name: string): number;
}

export async function scrape(port: number): Promise<Scraped> {
  const response = await fetch(`http://localhost:${port}/metrics`);
  if (response.status !== 200) throw new Error(`/metrics: ${response.status}`);
  const text = await response.text();
  const values = new Map<string, number>();
  for (const [, series, value] of text.matchAll(/^([a-z_]+(?:\{[^}]*\})?) (\S+)$/gm)) {
    values.set(series ?? '', Number(value));
  }
  return {
    names: new Set([...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name ?? '')),
    series: [...values.keys()],
    value: (series) => values.get(series) ?? 0,
    sum: (name) => [...values].filter(([key]) => key.split('{')[0] === name).reduce((sum, [, value]) => sum + value, 0),
  };
}
