import type Router from '@koa/router';
import type { Context, Middleware } from 'koa';
import { AppError } from '../errors.ts';
import { requireSameSite } from '../http/csrf.ts';
import type { ChosenThemes } from '../http/theme.ts';
import { isTheme } from '../views/theme.ts';
import { redirect } from './answers.ts';
import { fieldsOf } from './forms.ts';
import type { Area, PortalParts } from './parts.ts';
import { localPath } from './sign-in.ts';

/** The switch between light and dark: a form, so that it needs no script, whose answer is the page that one was on. */
export function addTheme({ router, themes }: Area): void {
  router.post('/theme', (ctx) => keep(ctx, themes));
}

/** The same at the foot of a page for who is not signed in to the portal. It is a cookie and changes nothing else. */
export function addColors(router: Router, { issuer, themes }: PortalParts, form: Middleware): void {
  router.post('/colors', form, (ctx) => {
    requireSameSite(ctx, issuer);
    keep(ctx, themes);
  });
}

function keep(ctx: Context, themes: ChosenThemes): void {
  const { theme, to } = fieldsOf(ctx);
  if (!isTheme(theme)) throw new AppError('invalid_request');
  themes.keep(ctx, theme);
  redirect(ctx, localPath(to));
}
