import type Router from '@koa/router';
import type { Middleware } from 'koa';
import { z } from 'zod';
import { keepPreferences, preferencesOf } from '../accounts/preferences.ts';
import { AppError } from '../errors.ts';
import { requireSameSite } from '../http/csrf.ts';
import { isLanguage, LANGUAGE_CODES, LANGUAGES } from '../texts/languages.ts';
import { inMinute } from '../texts/moments.ts';
import { speak, timeZoneNow } from '../texts/speech.ts';
import { t } from '../texts/texts.ts';
import { timeZoneOf, timeZones } from '../texts/zones.ts';
import { accountFrame } from './account/frame.ts';
import { redirect } from './answers.ts';
import { type FormState, fieldsOf, firstForm, readForm } from './forms.ts';
import type { Area, PortalParts } from './parts.ts';
import { localPath } from './sign-in.ts';
import { visitorOf } from './visits.ts';

/** The choice at the foot of a page for who is not signed in to the portal. It is a cookie and changes nothing else. */
export function addLanguage(router: Router, { issuer, languages }: PortalParts, form: Middleware): void {
  router.post('/language', form, (ctx) => {
    requireSameSite(ctx, issuer);
    const { language, to } = fieldsOf(ctx);
    if (!isLanguage(language)) throw new AppError('invalid_request');
    const target = localPath(to);
    languages.keep(ctx, language, target);
    redirect(ctx, target);
  });
}

const badLanguage = { error: () => t('shell.badLanguage') };

/** Nothing chosen is what the browser says. */
const Chosen = z.object({
  language: z.union([z.literal(''), z.enum(LANGUAGE_CODES)], badLanguage),
  timeZone: z.string().refine((zone) => zone === '' || timeZoneOf(zone), { error: () => t('shell.badTimeZone') }),
});

/** A person's own language and time zone, which their mails have too. */
export function addPreferences({ router, db, languages, clock, page, visits }: Area): void {
  router.get('/preferences', (ctx) => page(ctx, 'portal/preferences', shown(ctx, firstForm(ctx))));

  router.post('/preferences', async (ctx) => {
    const verdict = readForm(ctx, Chosen);
    if (!verdict.ok) {
      ctx.status = 400;
      return page(ctx, 'portal/preferences', shown(ctx, verdict.form));
    }
    const language = verdict.value.language || undefined;
    await keepPreferences(db, visitorOf(ctx).account.id, { language, timeZone: timeZoneOf(verdict.value.timeZone) });
    languages.keep(ctx, language, '');
    speak(language, 'here');
    await visits.leave(ctx, { notice: t('shell.saved') });
    redirect(ctx, '/preferences');
  });

  /** The menu of the frame: its answer is the page that one was on. */
  router.post('/preferences/language', async (ctx) => {
    const { language, to } = fieldsOf(ctx);
    if (!isLanguage(language)) throw new AppError('invalid_request');
    const { account } = visitorOf(ctx);
    await keepPreferences(db, account.id, { ...preferencesOf(account), language });
    languages.keep(ctx, language, '');
    redirect(ctx, localPath(to));
  });

  function shown(ctx: Parameters<typeof visitorOf>[0], form: FormState) {
    const saved = preferencesOf(visitorOf(ctx).account);
    // What was chosen in a form that comes back, and else what is saved.
    const { language = saved.language, timeZone = saved.timeZone } = form.values;
    const option = (value: string, label: string, chosen: boolean) => ({ value, label, chosen });
    const asBrowser = timeZone ? t('shell.asBrowserZone') : t('shell.asBrowserNow', { zone: timeZoneNow() });
    return {
      ...accountFrame(ctx),
      form,
      languages: [
        option('', t('shell.asBrowser'), !language),
        ...LANGUAGE_CODES.map((code) => option(code, LANGUAGES[code].name, code === language)),
      ],
      timeZones: [
        option('', asBrowser, !timeZone),
        ...timeZones().map((zone) => option(zone, zone, zone === timeZone)),
      ],
      now: t('shell.timeNow', { time: inMinute(clock()) }),
    };
  }
}
