import { t } from '../texts/texts.ts';
import type { FindingView, FoundView } from './models/help.ts';

/** What a search field and the list below it show. `findings` is undefined while nothing is looked for. */
export function presentFound(search: string, findings: readonly FindingView[] | undefined): FoundView {
  const list = {
    search,
    next: undefined,
    first: undefined,
    filters: [],
    columns: {},
    keep: {},
    isCards: false,
    narrowed: !!findings,
  };
  return {
    list: { ...list, count: findings ? t('help.found', { count: findings.length }) : ' ' },
    findings: findings ?? [],
  };
}
