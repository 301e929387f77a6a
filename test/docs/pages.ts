import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const read = (file: string) => readFileSync(join(root, file), 'utf8');

/** The pages at the top and every page below docs/, by path from the repository's root. */
export const pages = () => globSync(['*.md', 'docs/**/*.md'], { cwd: root }).sort();

/** The rows of the first table below a heading, each as its cells. */
export function tableBelow(markdown: string, heading: string): string[][] {
  const [, section] = markdown.split(new RegExp(`^## ${heading}$`, 'm'));
  const table = /(?:^\|.*\|\n)+/m.exec(section ?? '')?.[0];
  if (!table) throw new Error(`no table below "${heading}"`);
  const [, , ...rows] = table.trim().split('\n');
  return rows.map((row) =>
    row
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}

/** What fenced blocks of a language hold. */
export function fenced(markdown: string, language: string): string[] {
  return [...markdown.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    ([, body]) => body ?? '',
  );
}

/** `code` without its backticks. */
export const plain = (cell: string | undefined) => (cell ?? '').replace(/^`(.*)`$/, '$1');
