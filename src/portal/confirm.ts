import type { Context } from 'koa';
import { ZodError } from 'zod';
import { digestOf, requireShown } from '../http/shown.ts';
import { t } from '../texts/texts.ts';
import type { ConfirmView } from '../views/models/confirm.ts';
import { redirect } from './answers.ts';
import { type FormState, fieldsOf, firstForm, refusedForm, textOf } from './forms.ts';
import type { Area } from './parts.ts';

/** What is asked before something is done that is hard to undo. */
export type Question = Omit<ConfirmView, 'shell' | 'form' | 'action' | 'shown'>;

export interface Done {
  /** One sentence about what has been done. */
  readonly notice: string;
  readonly to: string;
}

/** A page that says what will happen and asks, and the form that does it. A visitor who may not do it does not see the page. */
export function addConfirmation(
  { router, page, visits }: Area,
  path: string,
  {
    first = () => false,
    ask,
    act,
  }: {
    /** Whether something else comes first; it has answered then. */
    first?: (ctx: Context) => boolean;
    ask: (ctx: Context) => Promise<Question>;
    act: (ctx: Context) => Promise<Done>;
  },
): void {
  const show = async (ctx: Context, form: FormState) => {
    const question = await ask(ctx);
    await page(ctx, 'portal/confirm', { ...question, shown: digestOf(question), action: ctx.path, form });
  };

  router.get(path, async (ctx) => {
    if (!first(ctx)) await show(ctx, firstForm(ctx));
  });
  router.post(path, async (ctx) => {
    if (first(ctx)) return;
    try {
      const question = await ask(ctx);
      requireShown(ctx, question);
      requireTyped(ctx, question.typed);
      const { notice, to } = await act(ctx);
      await visits.leave(ctx, { notice });
      redirect(ctx, to);
    } catch (error) {
      const form = refusedForm(ctx, error);
      ctx.status = 400;
      await show(ctx, form);
    }
  });
}

/** For what cannot be undone: whoever does it types what it is called. @throws {ZodError} at `typed` */
export function requireTyped(ctx: Context, name: string | undefined): void {
  if (name === undefined || plain(textOf(fieldsOf(ctx).typed)) === plain(name)) return;
  const message = t('forms.typedOther', { name });
  throw new ZodError([{ code: 'custom', path: ['typed'], message, input: undefined }]);
}

/** Spaces that nobody sees, and letters that may be made of several, make no other name. */
const plain = (name: string) => name.normalize('NFC').replace(/\s+/g, ' ').trim();
