import { fileURLToPath } from 'node:url';
import { Eta } from 'eta';
import type { Context } from 'koa';
import { showUnseenInText } from '../names/names.ts';
import { LANGUAGE_CODES, LANGUAGES } from '../texts/languages.ts';
import { inList } from '../texts/moments.ts';
import { languageNow } from '../texts/speech.ts';
import { richText, type TextKey, type TextValue, t } from '../texts/texts.ts';
import { type Asset, addressOf } from './assets.ts';
import type { BrandView } from './brand.ts';
import { highlight } from './highlight.ts';
import { addSprite, icon, readIcons } from './icons.ts';
import { initialsOf, jointsOf } from './identifiers.ts';
import type { ViewModels, ViewName } from './models.ts';
import type { Theme } from './theme.ts';

export type Render = <Name extends ViewName>(ctx: Context, view: Name, model: ViewModels[Name]) => void;
export type ToHtml = <Name extends ViewName>(
  view: Name,
  model: ViewModels[Name],
  frame?: { readonly theme: Theme; readonly here: string | undefined },
) => string;

/**
 * What every template has beside its model. `t` and `rich` are texts of the catalogue. `brand` is the look of the installation. `use` renders a component with exactly
 * the model that it is given, where `include` would give it all that the page has; `capture` (of Eta) makes HTML of what
 * stands in between.
 */
const TOOLS = `
const brand = this.brand();
const use = (name, model) => this.render('/components/' + name, model, options);
const { bdi, highlight, icon, initialsOf, inList, jointsOf, rich, t } = this.tools;
`;

class Templates extends Eta {
  brand!: () => BrandView;
  readonly tools = {
    highlight,
    icon,
    initialsOf,
    inList,
    jointsOf,
    t,
    /** What somebody else wrote, in a sentence of ours. */
    bdi: (text: string, kind?: string) =>
      `<bdi${kind ? ` class="${kind}"` : ''}>${this.config.escapeFunction(text)}</bdi>`,
    /** A text whose values in `html` are pieces of HTML. */
    rich: (key: TextKey, html: Record<string, string>, values?: Record<string, TextValue>) =>
      richText((text) => this.config.escapeFunction(text), key, html, values),
  };
}

/**
 * Renders views as HTML. Everything is escaped unless a template says otherwise.
 * @param options.path what comes before every address of ours in a page, `/auth` for a server below it; else empty
 */
export function createToHtml(options: {
  cache: boolean;
  path: string;
  assets: readonly Asset[];
  brand: () => BrandView;
}): ToHtml {
  const eta = new Templates({
    views: fileURLToPath(new URL('../../views', import.meta.url)),
    cache: options.cache,
    autoEscape: true,
    functionHeader: TOOLS,
  });
  eta.brand = options.brand;
  // Names that older rules let in, and whatever else others wrote, cannot change how a page is read.
  const { escapeFunction } = eta.config;
  eta.config.escapeFunction = (value) => escapeFunction(showUnseenInText(String(value)));
  const icons = readIcons();
  return (view, model, { theme, here } = { theme: 'system', here: undefined }) => {
    const language = languageNow();
    const { dir } = LANGUAGES[language];
    const html = eta.render(view, {
      ...model,
      theme,
      language,
      dir,
      offeredLanguages,
      here,
      zonePath: options.path || '/',
    });
    return withAddresses(addSprite(html, icons), options);
  };
}

/** What one can choose, each in its own words. */
const offeredLanguages = LANGUAGE_CODES.map((code) => ({ code, ...LANGUAGES[code] }));

/**
 * Views and their models have addresses that begin with a slash, wherever the server is, and call assets by their plain
 * names. Nobody's text looks like one here, because what is escaped has no quotation marks.
 */
function withAddresses(html: string, { path, assets }: { path: string; assets: readonly Asset[] }): string {
  const hashed = html.replace(
    /(\s(?:href|src)="\/assets\/)([\w.-]+)(?=")/g,
    (_whole, before, name) => before + addressOf(assets, name),
  );
  return path === '' ? hashed : hashed.replace(/(\s(?:href|src|srcset|action|formaction)=")(?=\/(?!\/))/g, `$1${path}`);
}

/** Renders a view into the response, as a page that nobody caches. */
export function createRender(toHtml: ToHtml, themeOf: (ctx: Context) => Theme): Render {
  return (ctx, view, model) => {
    ctx.type = 'html';
    ctx.set('Cache-Control', 'no-store');
    ctx.set('Content-Language', languageNow());
    ctx.vary('Accept-Language');
    ctx.body = toHtml(view, model, { theme: themeOf(ctx), here: hereOf(ctx) });
  };
}

/** The pages whose forms are answered with a page, below the addresses of those forms. */
const ASKING = /^\/(?:interaction\/[\w-]+|device)(?=\/|$)/;

/** The address of a page, to come back to it in another language; undefined for one that nobody can come back to. */
function hereOf({ method, url, path }: Context): string | undefined {
  const here = method === 'GET' || method === 'HEAD' ? url : ASKING.exec(path)?.[0];
  return here !== undefined && here.length <= 2000 ? here : undefined;
}
