import type Router from '@koa/router';
import type { Context, Middleware } from 'koa';
import { findLogo, removeLogo, setLogo } from '../../clients/logos/logos.ts';
import type { Db } from '../../db/connections/connection.ts';
import { AppError, wordsOf } from '../../errors.ts';
import { isUpload, readUpload } from '../../http/input/upload.ts';
import { answerCached } from '../../http/serving/assets.ts';
import { MOST_LOGO_BYTES } from '../../pictures/logo.ts';
import { t } from '../../texts/texts.ts';
import { redirect } from '../answers.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { appHref, appOf } from './head.ts';
import { showSettings } from './settings.ts';

const UPLOADS = /^\/(?:apps\/[^/]+\/logo|operator\/branding\/(?:dark-)?logo)$/;

/** Whether a request is for one of the addresses that take an upload, and brings one. */
export const isLogoUpload = (ctx: Context) => UPLOADS.test(ctx.path) && isUpload(ctx);

/** Reads a form that carries a file, ahead of those who look at fields. */
export function readLogoUpload(): Middleware {
  return async (ctx, next) => {
    if (isLogoUpload(ctx)) {
      const { fields, file } = await readUpload(ctx, MOST_LOGO_BYTES);
      ctx.request.body = fields;
      ctx.state.upload = file;
    }
    await next();
  };
}

export function addLogoForms(area: Area): void {
  const { router, db, pictures, visits } = area;

  router.post('/apps/:id/logo', async (ctx) => {
    const client = await appOf(ctx, area, 'app.write');
    const upload = (ctx.state.upload as Buffer | undefined) ?? Buffer.alloc(0);
    try {
      await setLogo(db, { clientId: client.id, upload, pictures }, visitorOf(ctx).by);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'invalid_request') throw error;
      ctx.status = 400;
      return showSettings(ctx, area, client, undefined, wordsOf(error).message);
    }
    await visits.leave(ctx, { notice: t('apps.savedLogo') });
    redirect(ctx, `${appHref(client.id)}/settings`);
  });

  router.post('/apps/:id/logo/remove', async (ctx) => {
    const client = await appOf(ctx, area, 'app.write');
    await removeLogo(db, client.id, visitorOf(ctx).by);
    await visits.leave(ctx, { notice: t('apps.removedLogo') });
    redirect(ctx, `${appHref(client.id)}/settings`);
  });
}

/** The pictures, for anyone. One whose address names its tag never changes. */
export function serveLogos(router: Router, db: Db): void {
  router.get('/app-logos/:id', async (ctx) => {
    const logo = await findLogo(db, String(ctx.params.id));
    if (!logo) throw new AppError('not_found');
    const isCurrent = ctx.query.v === logo.etag;
    ctx.type = 'image/png';
    ctx.set('Cache-Control', isCurrent ? 'public, max-age=31536000, immutable' : 'public, max-age=60');
    answerCached(ctx, Buffer.from(logo.image), `"${logo.etag}"`);
  });
}
