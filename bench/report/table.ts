type Rows = readonly (readonly string[])[];

/** Lines up cells in columns: numbers to the right, words to the left. */
export function toColumns(rows: Rows): string {
  const columns = (rows[0] ?? []).map((_, column) => ({
    width: Math.max(...rows.map((row) => row[column]?.length ?? 0)),
    numeric: isNumeric(rows, column),
  }));
  return rows
    .map((row) =>
      columns
        .map(({ width, numeric }, column) => (numeric ? row[column]?.padStart(width) : row[column]?.padEnd(width)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export function toMarkdown(rows: Rows): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const [header = [], ...body] = rows;
  const rule = `|${header.map((_, column) => (isNumeric(rows, column) ? '--:|' : '---|')).join('')}`;
  return [line(header), rule, ...body.map(line)].join('\n');
}

/** Whether everything below the header is a number, a ratio, or nothing. */
function isNumeric([, ...body]: Rows, column: number): boolean {
  return body.every((row) => /^([\d.,]+( ×)?|–|)$/.test(row[column] ?? ''));
}

export const rounded = (value: number | undefined, digits = 0): string =>
  value === undefined || !Number.isFinite(value) ? '–' : value.toFixed(digits);
