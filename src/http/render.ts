import { fileURLToPath } from 'node:url';
import { Eta } from 'eta';
import type { Context } from 'koa';
import type { ViewModels, ViewName } from './views.ts';

export type Render = <Name extends ViewName>(ctx: Context, view: Name, model: ViewModels[Name]) => void;

/** Renders a view into the response as HTML that nobody caches. Everything is escaped unless a template says otherwise. */
export function createRender(options: { cache: boolean }): Render {
  const eta = new Eta({
    views: fileURLToPath(new URL('../../views', import.meta.url)),
    cache: options.cache,
    autoEscape: true,
  });
  return (ctx, view, model) => {
    ctx.type = 'html';
    ctx.set('Cache-Control', 'no-store');
    ctx.body = eta.render(view, model);
  };
}
