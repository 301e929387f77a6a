import { fileURLToPath } from 'node:url';
import { Eta } from 'eta';
import type { Context } from 'koa';
import { showUnseenInText } from '../names/names.ts';
import { type Asset, addressOf } from './assets.ts';
import { highlight } from './highlight.ts';
import { addSprite, icon, readIcons } from './icons.ts';
import { initialsOf, jointsOf } from './identifiers.ts';
import type { ViewModels, ViewName } from './models.ts';
import type { Theme } from './theme.ts';

export type Render = <Name extends ViewName>(ctx: Context, view: Name, model: ViewModels[Name]) => void;
export type ToHtml = <Name extends ViewName>(view: Name, model: ViewModels[Name], theme?: Theme) => string;

/**
 * What every template has beside its model. `use` renders a component with exactly the model that it is given, where
 * `include` would give it all that the page has; `capture` (of Eta) makes HTML of what stands in between.
 */
const TOOLS = `
const use = (name, model) => this.render('/components/' + name, model, options);
const { highlight, icon, initialsOf, jointsOf } = this.tools;
`;

class Templates extends Eta {
  readonly tools = { highlight, icon, initialsOf, jointsOf };
}

/**
 * Renders views as HTML. Everything is escaped unless a template says otherwise.
 * @param options.path what comes before every address of ours in a page, `/auth` for a server below it; else empty
 */
export function createToHtml(options: { cache: boolean; path: string; assets: readonly Asset[] }): ToHtml {
  const eta = new Templates({
    views: fileURLToPath(new URL('../../views', import.meta.url)),
    cache: options.cache,
    autoEscape: true,
    functionHeader: TOOLS,
  });
  // Names that older rules let in, and whatever else others wrote, cannot change how a page is read.
  const { escapeFunction } = eta.config;
  eta.config.escapeFunction = (value) => escapeFunction(showUnseenInText(String(value)));
  const icons = readIcons();
  return (view, model, theme = 'system') => {
    const html = eta.render(view, { ...model, theme });
    return withAddresses(addSprite(html, icons), options);
  };
}

/**
 * Views and their models have addresses that begin with a slash, wherever the server is, and call assets by their plain
 * names. Nobody's text looks like one here, because what is escaped has no quotation marks.
 */
function withAddresses(html: string, { path, assets }: { path: string; assets: readonly Asset[] }): string {
  const hashed = html.replace(
    /(\s(?:href|src)="\/assets\/)([\w.-]+)(?=")/g,
    (_whole, before, name) => before + addressOf(assets, name),
  );
  return path === '' ? hashed : hashed.replace(/(\s(?:href|src|action|formaction)=")(?=\/(?!\/))/g, `$1${path}`);
}

/** Renders a view into the response, as a page that nobody caches. */
export function createRender(toHtml: ToHtml, themeOf: (ctx: Context) => Theme): Render {
  return (ctx, view, model) => {
    ctx.type = 'html';
    ctx.set('Cache-Control', 'no-store');
    ctx.body = toHtml(view, model, themeOf(ctx));
  };
}
