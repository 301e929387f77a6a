import { unescapeHtml } from '../../support/html.ts';
import type { Person } from '../../support/person.ts';

/** The rows of the list on a page, as HTML. */
export function rowsOf(html: string): string[] {
  const list = /<div id="list">([\s\S]*)/.exec(html)?.[1] ?? '';
  const body = /<tbody>([\s\S]*?)<\/tbody>/.exec(list)?.[1] ?? '';
  return [...body.matchAll(/<tr[\s\S]*?<\/tr>/g)].map(([row]) => row);
}

export const countOf = (html: string) => /id="list-count" role="status">([^<]*)</.exec(html)?.[1];

/** Where a link with this text leads; empty without one. */
export function hrefOf(html: string, text: string): string {
  const links = html.matchAll(/<a\b[^>]*?href="([^"]*)"[^>]*>([\s\S]*?)<\/a>/g);
  const found = [...links].find(([, , inner = '']) => inner.replace(/<[^>]*>/g, '').trim() === text);
  return unescapeHtml(found?.[1] ?? '');
}

/** All rows of a list, page by page. */
export async function readAll(visitor: Person, path: string): Promise<string[]> {
  const rows: string[] = [];
  for (let at = path; at !== ''; ) {
    const { text } = await visitor.visit(at);
    rows.push(...rowsOf(text));
    at = hrefOf(text, 'Next page');
  }
  return rows;
}
