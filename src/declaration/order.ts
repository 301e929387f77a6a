/** By code units, so that the order does not depend on how a database or a machine compares text. */
export const inOrder = (first: string, second: string) => (first < second ? -1 : first > second ? 1 : 0);

export function sortedBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[] {
  return [...items].sort((first, second) => inOrder(keyOf(first), keyOf(second)));
}

/** Rows by what they belong to. */
export function groupedBy<Row>(rows: readonly Row[], keyOf: (row: Row) => string): (key: string) => Row[] {
  const groups = Map.groupBy(rows, keyOf);
  return (key) => groups.get(key) ?? [];
}
