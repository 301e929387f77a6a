import { AppError } from '../errors.ts';
import { isTheme } from '../views/theme.ts';
import { redirect } from './answers.ts';
import { fieldsOf } from './forms.ts';
import type { Area } from './parts.ts';
import { localPath } from './sign-in.ts';

/** The switch between light and dark: a form, so that it needs no script, whose answer is the page that one was on. */
export function addTheme({ router, themes }: Area): void {
  router.post('/theme', (ctx) => {
    const { theme, to } = fieldsOf(ctx);
    if (!isTheme(theme)) throw new AppError('invalid_request');
    themes.keep(ctx, theme);
    redirect(ctx, localPath(to));
  });
}
