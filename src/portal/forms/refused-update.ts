import type { Context } from 'koa';
import { AppError } from '../../errors.ts';
import { t } from '../../texts/texts.ts';
import { type FormState, fieldsOf, refusedForm } from '../forms.ts';
import { differencesInWords } from './differences.ts';

const OVERTAKEN = {
  app: 'forms.overtakenApp',
  API: 'forms.overtakenApi',
  branding: 'branding.overtaken',
} as const;

/** What is saved by now, as the fields of the form have it, and what its fields are called. */
interface Saved {
  readonly what: keyof typeof OVERTAKEN;
  readonly values: FormState['values'];
  readonly labels: Readonly<Record<string, string>>;
  /** What was typed, where that compares in another form than it has in the fields. */
  readonly typed?: FormState['values'];
}

/**
 * A change that was refused, as the form that asked for it, with the status that says so. When someone else was faster, it
 * says what is saved now; sent again, the form puts in force what it has.
 */
export async function refusedUpdate(ctx: Context, error: unknown, findSaved: () => Promise<Saved>): Promise<FormState> {
  if (error instanceof AppError && error.code === 'precondition_failed') {
    ctx.status = 412;
    const values = fieldsOf(ctx);
    const { what, values: saved, labels, typed = values } = await findSaved();
    const overtaken = t(OVERTAKEN[what]);
    const differences = differencesInWords(saved, typed, labels);
    return { values, problems: { form: `${overtaken} ${differences} ${t('forms.compareAndSave')}` } };
  }
  const form = refusedForm(ctx, error);
  ctx.status = 400;
  return form;
}
