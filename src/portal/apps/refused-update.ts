import type { Context } from 'koa';
import { AppError } from '../../errors.ts';
import { type FormState, fieldsOf, refusedForm } from '../forms.ts';

const CHANGED =
  'Someone else has changed this app since you opened the page. Nothing has been saved yet. What you typed is below: compare it, and save again to put it in force.';

/** A change that was refused, as the form that asked for it, with the status that says so. */
export function refusedUpdate(ctx: Context, error: unknown): FormState {
  if (error instanceof AppError && error.code === 'precondition_failed') {
    ctx.status = 412;
    return { values: fieldsOf(ctx), problems: { form: CHANGED } };
  }
  const form = refusedForm(ctx, error);
  ctx.status = 400;
  return form;
}
