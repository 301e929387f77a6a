import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('../../views/icons/', import.meta.url);

/** The icons as symbols, by name. They come from Lucide (NOTICE), and only those in use are kept. */
export function readIcons(): ReadonlyMap<string, string> {
  const files = readdirSync(folder).map((file) => [
    file.replace('.svg', ''),
    readFileSync(new URL(file, folder), 'utf8'),
  ]);
  return new Map(
    files.map(([name = '', svg = '']) => {
      const shapes = svg.replace(/<\/?svg[^>]*>/g, '').replace(/\s*\n\s*/g, '');
      return [name, `<symbol id="icon-${name}" viewBox="0 0 24 24">${shapes}</symbol>`];
    }),
  );
}

/** Where an icon goes. It says nothing: words beside it do. */
export const icon = (name: string) => `<svg class="icon" aria-hidden="true"><use href="#icon-${name}"/></svg>`;

/**
 * Puts the icons that a page uses into it, once each: a page needs no request for them, and none has what it does not show.
 * @throws {Error} an icon that there is not
 */
export function addSprite(html: string, icons: ReadonlyMap<string, string>): string {
  const used = new Set([...html.matchAll(/<use href="#icon-([\w-]+)"\/>/g)].map(([, name = '']) => name));
  if (used.size === 0) return html;
  const symbols = [...used].map((name) => {
    const symbol = icons.get(name);
    if (!symbol) throw new Error(`views name an icon that there is not: ${name}`);
    return symbol;
  });
  return html.replace('</body>', `<svg class="sprite" hidden>${symbols.join('')}</svg>\n</body>`);
}
