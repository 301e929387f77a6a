import { expect, it } from '@jest/globals';
import { metrics } from '../../src/metrics/table.ts';
import { plain, read, tableBelow } from './pages.ts';

it('docs/operations.md lists the metrics of src/metrics/table.ts', () => {
  const rows = tableBelow(read('docs/operations.md'), 'Metrics');
  const listed = rows.map(([name, type, labels, meaning]) => ({
    name: plain(name),
    type,
    labels: (labels ?? '').split(', ').filter(Boolean).map(plain),
    meaning,
  }));

  expect(listed).toEqual(
    Object.entries(metrics).map(([name, { type, labels, meaning }]) => ({ name, type, labels, meaning })),
  );
});
