import type { Context } from 'koa';
import { z } from 'zod';
import { browseApis } from '../../apis/catalogue/list-apis.ts';
import { recognizeBearerValue } from '../../revocation/bearer-values.ts';
import { t } from '../../texts/texts.ts';
import type { InspectionView } from '../../views/models/tools.ts';
import { type FormState, firstForm, readForm } from '../forms.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { gatherEvidence } from './evidence.ts';
import { presentJwt } from './present.ts';
import { presentOpaque, presentPlain } from './present-other.ts';
import { shapeOf } from './shape.ts';

const optional = z
  .string()
  .trim()
  .max(300, { error: () => t('tools.tooLong') })
  .transform((text) => text || undefined)
  .optional();

const Question = z.strictObject({
  token: z
    .string({ error: () => t('tools.paste') })
    .trim()
    .min(1, { error: () => t('tools.paste') })
    .max(20_000, { error: () => t('tools.tokenTooLong') }),
  api: optional,
  scope: optional,
});

type Inspected = {
  readonly view: InspectionView /** Whether the text may come back in the form. */;
  readonly harmless: boolean;
};

/** The token inspector. What is pasted is looked at and forgotten: it comes by POST, and goes into no address, log or table. */
export function addInspector(area: Area): void {
  const { router, db, page } = area;
  const show = async (ctx: Context, form: FormState, result?: InspectionView) => {
    const { rows } = await browseApis(db, { limit: 100 }, visitorOf(ctx).by);
    const apis = rows.map(({ identifier, name }) => ({ identifier, name }));
    await page(ctx, 'tools/inspector', { form, apis, result });
  };

  router.get('/tools/inspector', (ctx) => show(ctx, firstForm(ctx)));
  router.post('/tools/inspector', async (ctx) => {
    const verdict = readForm(ctx, Question);
    if (!verdict.ok) {
      ctx.status = 400;
      return show(ctx, verdict.form);
    }
    const { token, api, scope } = verdict.value;
    const { view, harmless } = await inspectText(area, ctx, token, { api, scope });
    const values = { token: harmless ? token : '', api: api ?? '', scope: scope ?? '' };
    await show(ctx, { values, problems: {} }, view);
  });
}

async function inspectText(
  { db, issuer }: Area,
  ctx: Context,
  text: string,
  asked: { api: string | undefined; scope: string | undefined },
): Promise<Inspected> {
  const { by, account } = visitorOf(ctx);
  const shape = shapeOf(text);
  if (shape.kind === 'jwt') {
    return {
      view: presentJwt(await gatherEvidence({ db, issuer }, shape.token, asked, by), account.id),
      harmless: true,
    };
  }
  if (shape.kind !== 'opaque') return { view: presentPlain(shape.kind), harmless: shape.kind === 'id' };
  const found = await recognizeBearerValue(db, shape.value);
  return { view: presentOpaque(found, by.now), harmless: found?.kind === 'access_token' };
}
