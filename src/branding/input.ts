import { z } from 'zod';
import { nameOf } from '../names/names.ts';
import { t } from '../texts/texts.ts';
import { judgeAddress } from '../web-addresses.ts';

export const DEFAULT_NAME = 'Latchkey';
export const MOST_OF_A_NAME = 60;

/** The name that is there anyway is none of its own. */
export const BrandName = nameOf(() => t('refusals.brandName'), MOST_OF_A_NAME)
  .nullable()
  .transform((name) => (name === DEFAULT_NAME ? null : name));

export const Accent = z
  .string()
  .trim()
  .regex(/^#[0-9a-f]{6}$/i, { error: () => t('refusals.colorForm') })
  .toLowerCase()
  .nullable();

/** Where people read or ask: nothing that runs, and nothing that others on the way can change. */
export const BrandLink = z
  .string()
  .trim()
  .max(500, { error: () => t('refusals.addressLong500') })
  .superRefine((value, ctx) => {
    const problem = problemOfLink(value);
    if (problem) ctx.addIssue({ code: 'custom', message: `“${value}” ${problem}.` });
  })
  .nullable();

function problemOfLink(value: string): string | undefined {
  const verdict = judgeAddress(value);
  if (!verdict.ok) return verdict.explanation;
  if (verdict.url.protocol === 'https:') return undefined;
  if (verdict.url.protocol !== 'mailto:') return t('addresses.mustBeLink');
  return /^[^@?]+@[^@?]+$/.test(verdict.url.pathname) ? undefined : t('addresses.nobodyToWrite');
}

/** What can be said in words. What is left out stays; null is what Latchkey has by itself. */
export const BrandingWords = z.strictObject({
  name: BrandName.optional(),
  accent: Accent.optional(),
  privacyUrl: BrandLink.optional(),
  termsUrl: BrandLink.optional(),
  supportUrl: BrandLink.optional(),
});
