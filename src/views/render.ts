import { fileURLToPath } from 'node:url';
import { Eta } from 'eta';
import type { Context } from 'koa';
import { showUnseenInText } from '../names/names.ts';
import type { ViewModels, ViewName } from './models.ts';

export type Render = <Name extends ViewName>(ctx: Context, view: Name, model: ViewModels[Name]) => void;
export type ToHtml = <Name extends ViewName>(view: Name, model: ViewModels[Name]) => string;

/**
 * Renders views as HTML. Everything is escaped unless a template says otherwise.
 * @param options.path what comes before every address of ours in a page, `/auth` for a server below it; else empty
 */
export function createToHtml(options: { cache: boolean; path: string }): ToHtml {
  const eta = new Eta({
    views: fileURLToPath(new URL('../../views', import.meta.url)),
    cache: options.cache,
    autoEscape: true,
  });
  // Names that older rules let in, and whatever else others wrote, cannot change how a page is read.
  const { escapeFunction } = eta.config;
  eta.config.escapeFunction = (value) => escapeFunction(showUnseenInText(String(value)));
  if (options.path === '') return (view, model) => eta.render(view, model);
  return (view, model) => putBelow(options.path, eta.render(view, model));
}

/**
 * Views and their models have addresses that begin with a slash, wherever the server is. Nobody's text looks like one here,
 * because what is escaped has no quotation marks.
 */
const putBelow = (path: string, html: string) =>
  html.replace(/(\s(?:href|src|action|formaction)=")(?=\/(?!\/))/g, `$1${path}`);

/** Renders a view into the response, as a page that nobody caches. */
export function createRender(toHtml: ToHtml): Render {
  return (ctx, view, model) => {
    ctx.type = 'html';
    ctx.set('Cache-Control', 'no-store');
    ctx.body = toHtml(view, model);
  };
}
