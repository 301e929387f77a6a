import type { Context } from 'koa';
import { type Branding, type BrandingChanges, NO_BRANDING, readBranding } from '../../branding/branding.ts';
import { contrastOf } from '../../branding/colors.ts';
import { BrandingWords, DEFAULT_NAME, MOST_OF_A_NAME } from '../../branding/input.ts';
import { paletteOf } from '../../branding/palette.ts';
import { toPicture } from '../../branding/picture.ts';
import { brandFileAddress } from '../../branding/shown.ts';
import { rebrand } from '../../clients/own/rebrand.ts';
import { AppError } from '../../errors.ts';
import { t } from '../../texts/texts.ts';
import type { AccentPreview } from '../../views/models/branding.ts';
import { redirect } from '../answers.ts';
import { addConfirmation } from '../confirm.ts';
import { refusedUpdate } from '../forms/refused-update.ts';
import { type FormState, fieldsOf, firstForm, formVersion, refusedForm, textOf, versionOf } from '../forms.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { operatorFrame, requireChange } from './frame.ts';

const HREF = '/operator/branding';

const FIELDS = ['name', 'accent', 'privacyUrl', 'termsUrl', 'supportUrl'] as const;

/** The two pictures, by the address below the page to which each is sent. */
const LOGOS = { logo: 'logo', 'dark-logo': 'darkLogo' } as const;
type LogoPath = keyof typeof LOGOS;

/** What the installation is called and looks like. */
export function addBranding(area: Area): void {
  const { router, db, page, visits } = area;

  const show = async (ctx: Context, form?: FormState, refused?: { logo: LogoPath; problem: string }) => {
    const branding = await readBranding(db, visitorOf(ctx).by);
    const shown = form ?? firstForm(ctx, valuesOf(branding));
    const accent = textOf(shown.values.accent).trim().toLowerCase();
    const hasSent = /^#[0-9a-f]{6}$/.test(accent);
    await page(ctx, 'operator/branding', {
      ...operatorFrame(ctx),
      form: shown,
      version: formVersion(ctx, branding.version),
      mostOfName: MOST_OF_A_NAME,
      name: textOf(shown.values.name) || DEFAULT_NAME,
      // Without a color the page itself has the look that is to be shown, unless another one is in force.
      preview: hasSent ? previewOf(accent) : accent === '' && branding.accent === null ? 'default' : undefined,
      logos: (['logo', 'dark-logo'] as const).map((path) => {
        const digest = path === 'logo' ? branding.logo_digest : branding.dark_logo_digest;
        return {
          path,
          href: `${HREF}/${path}`,
          src: digest ? brandFileAddress(path, digest) : undefined,
          problem: refused?.logo === path ? refused.problem : undefined,
        };
      }),
      isDefault: FIELDS.every((name) => !valuesOf(branding)[name]) && !branding.logo && !branding.dark_logo,
    });
  };

  router.get(HREF, (ctx) => show(ctx));

  router.post(HREF, async (ctx) => {
    const fields = fieldsOf(ctx);
    const { by } = visitorOf(ctx);
    try {
      await rebrand(db, changesOf(fields), by, versionOf(fields));
      await visits.leave(ctx, { notice: t('branding.saved') });
      redirect(ctx, HREF);
    } catch (error) {
      const labels = Object.fromEntries(FIELDS.map((name) => [name, t(`branding.${name}`)]));
      const saved = async () => ({ what: 'branding' as const, values: valuesOf(await readBranding(db, by)), labels });
      await show(ctx, await refusedUpdate(ctx, error, saved));
    }
  });

  router.post(`${HREF}/preview`, async (ctx) => {
    requireChange(ctx);
    const fields = fieldsOf(ctx);
    try {
      BrandingWords.parse(changesOf(fields));
      await show(ctx, { values: fields, problems: {} });
    } catch (error) {
      const form = refusedForm(ctx, error);
      ctx.status = 400;
      await show(ctx, form);
    }
  });

  for (const path of Object.keys(LOGOS) as LogoPath[]) addLogo(area, path, show);

  addConfirmation(area, `${HREF}/reset`, {
    async ask(ctx) {
      requireChange(ctx);
      return {
        title: t('branding.resetTitle'),
        crumbs: [{ href: HREF, label: t('branding.title') }],
        consequences: [t('branding.resetLook'), t('branding.resetLinks')],
        button: t('branding.reset'),
        cancel: HREF,
      };
    },
    async act(ctx) {
      await rebrand(db, NO_BRANDING, visitorOf(ctx).by);
      return { notice: t('branding.wasReset'), to: HREF };
    },
  });
}

type Show = (ctx: Context, form?: FormState, refused?: { logo: LogoPath; problem: string }) => Promise<void>;

function addLogo({ router, db, pictures, visits }: Area, path: LogoPath, show: Show): void {
  router.post(`${HREF}/${path}`, async (ctx) => {
    requireChange(ctx);
    const { by } = visitorOf(ctx);
    const upload = (ctx.state.upload as Buffer | undefined) ?? Buffer.alloc(0);
    try {
      await rebrand(db, { [LOGOS[path]]: await toPicture(pictures, upload, by) }, by);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'invalid_request') throw error;
      ctx.status = 400;
      return show(ctx, undefined, { logo: path, problem: error.message });
    }
    await visits.leave(ctx, { notice: t('branding.savedLogo') });
    redirect(ctx, HREF);
  });

  router.post(`${HREF}/${path}/remove`, async (ctx) => {
    await rebrand(db, { [LOGOS[path]]: null }, visitorOf(ctx).by);
    await visits.leave(ctx, { notice: t('branding.removedLogo') });
    redirect(ctx, HREF);
  });
}

/** As the fields of the form have it: what is not of its own is empty. */
const valuesOf = (branding: Branding): Record<string, string> => ({
  name: branding.name ?? '',
  accent: branding.accent ?? '',
  privacyUrl: branding.privacy_url ?? '',
  termsUrl: branding.terms_url ?? '',
  supportUrl: branding.support_url ?? '',
});

const changesOf = (fields: ReturnType<typeof fieldsOf>): BrandingChanges =>
  Object.fromEntries(FIELDS.map((name) => [name, textOf(fields[name]).trim() || null]));

/** How a color comes out in each theme, and how well a button in it can be read. */
function previewOf(accent: string): AccentPreview {
  const { light, dark } = paletteOf(accent);
  const inTheme = (tones: typeof light) => ({
    color: tones.accent,
    isAdapted: tones.accent !== accent,
    contrast: contrastOf(tones['on-accent'], tones.accent).toFixed(1),
  });
  return { styleSheet: `/brand/preview-${accent.slice(1)}.css`, light: inTheme(light), dark: inTheme(dark) };
}
