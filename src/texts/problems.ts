import type { z } from 'zod';
import { isSpoken } from './speech.ts';
import { t } from './texts.ts';

type Issue = Parameters<z.core.$ZodErrorMap>[0];

/**
 * What is wrong with a value, in the language of the request, where its schema does not say it. Programs get the words of zod.
 * Given to zod as `customError`.
 */
export function problemInWords(issue: Issue): string | undefined {
  if (!isSpoken()) return undefined;
  switch (issue.code) {
    case 'too_big':
      return tooBig(issue.origin, Number(issue.maximum));
    case 'too_small':
      return tooSmall(issue.origin, Number(issue.minimum));
    case 'invalid_format':
      return t('forms.badForm');
    case 'invalid_value':
      return t('forms.notAnOption', { options: issue.values.map(String).join(', ').slice(0, 200) });
    case 'unrecognized_keys':
      return t('forms.unknownFields', { names: issue.keys.join(', ').slice(0, 100) });
    default:
      return issue.input === undefined ? t('forms.missing') : t('forms.wrongKind');
  }
}

function tooBig(origin: string, most: number): string {
  if (origin === 'string') return t('forms.tooLong', { most });
  return isCount(origin) ? t('forms.tooMany', { most }) : t('forms.tooLarge', { most });
}

function tooSmall(origin: string, least: number): string {
  if (origin === 'string') return least > 1 ? t('forms.tooShort', { least }) : t('forms.missing');
  return isCount(origin) ? t('forms.tooFew', { least }) : t('forms.tooSmall', { least });
}

const isCount = (origin: string) => origin === 'array' || origin === 'set' || origin === 'map';
