import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const views = new URL('../../views/', import.meta.url);
const { resolve } = createRequire(import.meta.url);

/** The style sheets in their order: the later ones build on the earlier ones. */
const STYLES =
  'tokens fonts base controls forms content tables code charts card shell palette pages branding reference docs'.split(
    ' ',
  );

/** What every page runs. A page that needs more has a script of its own. */
const SCRIPTS = ['send-once', 'show-password', 'copy', 'menu', 'live', 'pick', 'palette', 'zone'];

/** Text and code, each in Latin and in what Latin letters have beyond it, which browsers fetch when a page has some. */
const FONTS: Readonly<Record<string, string>> = {
  'text.woff2': 'atkinson-hyperlegible-next/files/atkinson-hyperlegible-next-latin-wght-normal.woff2',
  'text-more.woff2': 'atkinson-hyperlegible-next/files/atkinson-hyperlegible-next-latin-ext-wght-normal.woff2',
  'code.woff2': 'atkinson-hyperlegible-mono/files/atkinson-hyperlegible-mono-latin-wght-normal.woff2',
  'code-more.woff2': 'atkinson-hyperlegible-mono/files/atkinson-hyperlegible-mono-latin-ext-wght-normal.woff2',
};

export interface Asset {
  /** As templates call it, `latchkey.css`. */
  readonly name: string;
  /** As browsers get it: it has a digest of the content, so it may be kept for as long as one likes. */
  readonly hashedName: string;
  readonly body: Buffer;
}

/** All assets of pages, read and put together once. */
export function readAssets(): readonly Asset[] {
  const fonts = Object.entries(FONTS).map(([name, file]) =>
    named(name, readFileSync(resolve(`@fontsource-variable/${file}`))),
  );
  const pictures = readdirSync(new URL('assets/', views)).map((name) => named(name, read(`assets/${name}`)));
  const scripts = readdirSync(new URL('scripts/', views))
    .filter((name) => !SCRIPTS.includes(name.replace('.js', '')))
    .map((name) => named(name, read(`scripts/${name}`)));
  const script = SCRIPTS.map((name) => `{\n${read(`scripts/${name}.js`)}}\n`).join('');
  const style = STYLES.map((name) => read(`styles/${name}.css`).toString()).join('\n');
  const linked = style.replace(/url\("([\w.-]+)"\)/g, (_url, name) => `url("${addressOf(fonts, name)}")`);
  return [...fonts, ...pictures, ...scripts, named('latchkey.js', script), named('latchkey.css', linked)];
}

/** The name under which an asset is served. @throws {Error} there is none */
export function addressOf(assets: readonly Asset[], name: string): string {
  const asset = assets.find((one) => one.name === name);
  if (!asset) throw new Error(`views name an asset that there is not: ${name}`);
  return asset.hashedName;
}

function named(name: string, content: Buffer | string): Asset {
  const body = Buffer.from(content);
  const digest = createHash('sha256')
    .update(body)
    .digest('base64url')
    .replace(/[^A-Za-z0-9]/g, '')
    .slice(0, 12);
  return { name, hashedName: name.replace(/(\.\w+)$/, `-${digest}$1`), body };
}

const read = (path: string) => readFileSync(new URL(path, views));
