import { showUnseen } from '../names/names.ts';

export function formatJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Lines of aligned columns under a heading, or `empty` when there are no rows. */
export function formatTable(heading: readonly string[], rows: readonly (readonly string[])[], empty: string): string {
  if (rows.length === 0) return empty;
  return alignColumns([heading, ...rows]).join('\n');
}

/** Names with their values, one per line, indented. */
export function formatFields(fields: readonly (readonly [string, string])[]): string {
  return alignColumns(fields)
    .map((line) => `  ${line}`)
    .join('\n');
}

/** The day in UTC; a dash for none. */
export function formatDay(date: Date | null): string {
  return date ? date.toISOString().slice(0, 10) : '-';
}

function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const cells = rows.map((row) => row.map(printable));
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** Names are chosen by others: control characters in one could move the cursor or rewrite lines of a terminal. */
export const printable = showUnseen;

/** Examples at the end of a `--help`. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ npx latchkey ${line}`).join('\n')}`;
}

/** To the second, in UTC; a dash for none. */
export function formatTime(date: Date | string | null): string {
  return date ? new Date(date).toISOString().replace(/\.\d+Z$/, 'Z') : '-';
}
