import { fileURLToPath } from 'node:url';
import { Eta } from 'eta';
import type { Context } from 'koa';
import { showUnseenInText } from '../names/names.ts';
import type { ViewModels, ViewName } from './models.ts';

export type Render = <Name extends ViewName>(ctx: Context, view: Name, model: ViewModels[Name]) => void;
export type ToHtml = <Name extends ViewName>(view: Name, model: ViewModels[Name]) => string;

/** Renders views as HTML. Everything is escaped unless a template says otherwise. */
export function createToHtml(options: { cache: boolean }): ToHtml {
  const eta = new Eta({
    views: fileURLToPath(new URL('../../views', import.meta.url)),
    cache: options.cache,
    autoEscape: true,
  });
  // Names that older rules let in, and whatever else others wrote, cannot change how a page is read.
  const { escapeFunction } = eta.config;
  eta.config.escapeFunction = (value) => escapeFunction(showUnseenInText(String(value)));
  return (view, model) => eta.render(view, model);
}

/** Renders a view into the response, as a page that nobody caches. */
export function createRender(toHtml: ToHtml): Render {
  return (ctx, view, model) => {
    ctx.type = 'html';
    ctx.set('Cache-Control', 'no-store');
    ctx.body = toHtml(view, model);
  };
}
