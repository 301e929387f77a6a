import type { Context } from 'koa';
import type { z } from 'zod';
import { ZodError } from 'zod';
import type { KeptForm } from '../accounts/kept-forms.ts';
import { AppError, wordsOf } from '../errors.ts';

/** A form as it was sent, with what is wrong with it in words: by the name of the field, `form` for the whole. */
export interface FormState {
  readonly values: Readonly<Record<string, string | readonly string[]>>;
  readonly problems: Readonly<Record<string, string>>;
}

export const emptyForm: FormState = { values: {}, problems: {} };

/** A page's form as one first sees it: with what came back after the session had ended, or else with these values. */
export function firstForm(ctx: Context, values?: FormState['values']): FormState {
  const kept = ctx.state.kept as KeptForm | undefined;
  if (kept) return { values: kept.values, problems: {} };
  return values ? { values, problems: {} } : emptyForm;
}

/** The version that the page's form carries. What comes back says which one it was made from: another may be there now. */
export function formVersion(ctx: Context, version: number): string {
  return textOf((ctx.state.kept as KeptForm | undefined)?.values.version) || String(version);
}

export type FormVerdict<T> = { ok: true; value: T } | { ok: false; form: FormState };

/** Fields as text, trimmed at the line ends that browsers add. */
export function fieldsOf(ctx: Context): Record<string, string | string[]> {
  const { csrf: _csrf, shown: _shown, ...fields } = (ctx.request.body ?? {}) as Record<string, string | string[]>;
  return fields;
}

/** Parses a posted form. What was typed comes back with the problems, so that nothing is lost. */
export function readForm<T>(ctx: Context, schema: z.ZodType<T>): FormVerdict<T> {
  const values = fieldsOf(ctx);
  const result = schema.safeParse(values);
  if (result.success) return { ok: true, value: result.data };
  return { ok: false, form: { values, problems: problemsOf(result.error) } };
}

/**
 * What an action refused, as problems of the form that asked for it. Only refusals of what was sent are for the form;
 * whatever else goes wrong is thrown on.
 */
export function refusedForm(ctx: Context, error: unknown): FormState {
  const values = fieldsOf(ctx);
  if (error instanceof ZodError) return { values, problems: problemsOf(error) };
  if (error instanceof AppError && REFUSALS.has(error.code)) {
    const { message, hint } = wordsOf(error);
    const form = error.code === 'page_changed' ? `${message} ${hint}` : message;
    return { values, problems: { form } };
  }
  throw error;
}

const REFUSALS: ReadonlySet<string> = new Set(['invalid_request', 'conflict', 'page_changed', 'precondition_failed']);

/** What is wrong with each field. */
function problemsOf(error: ZodError): Record<string, string> {
  const problems: Record<string, string> = {};
  for (const { path, message } of error.issues) {
    const field = String(path[0] ?? 'form');
    const known = problems[field];
    // A field that takes several values has a sentence for each of them that is wrong.
    if (known !== undefined && path.length > 1) problems[field] = `${known} ${sentence(message)}`;
    else problems[field] ??= sentence(message);
  }
  return problems;
}

const sentence = (text: string) =>
  text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]\u200E?$/.test(text) ? '' : '.');

/** The version that a form was made from, for changes that must not undo another's. */
export function versionOf(fields: Readonly<Record<string, string | readonly string[]>>): number | undefined {
  const version = Number(textOf(fields.version));
  return Number.isSafeInteger(version) && version > 0 ? version : undefined;
}

/** Text of a field that comes at most once. */
export function textOf(value: string | readonly string[] | undefined): string {
  return typeof value === 'string' ? value : (value?.[0] ?? '');
}
