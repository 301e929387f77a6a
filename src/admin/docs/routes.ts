import { createHash } from 'node:crypto';
import type Router from '@koa/router';
import type { Context } from 'koa';
import { AppError } from '../../errors.ts';
import { LONGEST_SEARCH } from '../../full-text.ts';
import { answerCached } from '../../http/serving/assets.ts';
import type { ChosenThemes } from '../../http/theme.ts';
import type { ViewModels } from '../../views/models.ts';
import type { ToHtml } from '../../views/render.ts';
import type { OpenApi } from '../openapi/document.ts';
import type { Operation } from '../operation.ts';
import { openReference } from './page.ts';

export interface ReferenceParts {
  readonly toHtml: ToHtml;
  readonly themes: ChosenThemes;
}

type ReferenceView = 'admin/overview' | 'admin/resource' | 'admin/objects';

/** The reference of the admin API, for everybody. What it says is the same until the next release, and is made when it is first asked for. */
export function addReference(
  router: Router,
  { toHtml, themes }: ReferenceParts,
  document: () => OpenApi,
  operations: readonly Operation[],
): void {
  let opened: ReturnType<typeof openReference> | undefined;
  const reference = () => {
    opened ??= openReference(document(), operations);
    return opened;
  };

  /** A browser that has the page asks whether it still holds: its theme, language and branding may have changed. */
  const answer = <Name extends ReferenceView>(ctx: Context, view: Name, model: ViewModels[Name]) => {
    const html = toHtml(view, model, { theme: themes.of(ctx), here: ctx.path });
    ctx.set('Cache-Control', 'private, no-cache');
    ctx.type = 'html';
    answerCached(ctx, html, `"${createHash('sha256').update(html).digest('base64url').slice(0, 22)}"`);
  };

  router.get('/docs', (ctx) => {
    const { search } = ctx.query;
    const words = typeof search === 'string' ? search.trim().slice(0, LONGEST_SEARCH) : '';
    answer(ctx, 'admin/overview', reference().overview(words));
  });
  router.get('/docs/objects', (ctx) => answer(ctx, 'admin/objects', reference().objects()));
  router.get('/docs/:resource', (ctx) => {
    const resource = reference().resource(String(ctx.params.resource));
    if (!resource) throw new AppError('not_found');
    answer(ctx, 'admin/resource', resource);
  });
}
