import { t } from '../../texts/texts.ts';
import { inNumber } from '../moments.ts';

/** The share of failures, in words that do not round a few of many to none. */
export function shareOf(part: number, whole: number): string {
  if (part === 0 || whole === 0) return '0 %';
  const share = (part / whole) * 100;
  if (share < 0.1) return t('parts.shareUnder', { share: inNumber(0.1) });
  return `${inNumber(share < 10 ? Math.round(share * 10) / 10 : Math.round(share))} %`;
}
