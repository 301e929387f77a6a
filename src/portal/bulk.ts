import type { Context } from 'koa';
import { AppError, type ErrorCode } from '../errors.ts';
import { t } from '../texts/texts.ts';
import { fieldsOf } from './forms.ts';
import { listOf } from './roles/presenter.ts';

/** So many rows are changed at once; a page of a list has fewer. */
const MOST = 100;

/** What was ticked in a list, each once. @throws {AppError} invalid_request for more than there can be on a page */
export function picksOf(ctx: Context): string[] {
  const picks = [...new Set(listOf(fieldsOf(ctx).pick))];
  if (picks.length <= MOST) return picks;
  throw new AppError('invalid_request', { detail: t('lists.mostAtOnce', { most: MOST }) });
}

/** Why one of several is left as it is, while the others are changed. */
const REFUSALS: readonly ErrorCode[] = [
  'invalid_request',
  'conflict',
  'page_changed',
  'precondition_failed',
  'not_found',
  'forbidden',
];

/** Does something to each, one after the other; each is a change of its own. @returns what was done and what was not, in words */
export async function doEach(picks: readonly string[], act: (pick: string) => Promise<unknown>): Promise<string> {
  if (picks.length === 0) return t('lists.nothingChosen');
  const refused: string[] = [];
  for (const pick of picks) {
    try {
      await act(pick);
    } catch (error) {
      if (!(error instanceof AppError && REFUSALS.includes(error.code))) throw error;
      refused.push(error.message);
    }
  }
  const done = t('lists.changed', { count: picks.length - refused.length });
  if (refused.length === 0) return done;
  return [done, t('lists.unchanged', { count: refused.length }), ...new Set(refused)].join(' ');
}
