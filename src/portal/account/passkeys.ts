import type { Context } from 'koa';
import {
  addPasskey,
  beginPasskey,
  listPasskeys,
  relyingPartyOf,
  removePasskey,
} from '../../accounts/factors/passkeys.ts';
import { AppError } from '../../errors.ts';
import { t } from '../../texts/texts.ts';
import { addConfirmation } from '../confirm.ts';
import { type FormState, fieldsOf, firstForm, refusedForm, textOf } from '../forms.ts';
import type { Area } from '../parts.ts';
import { asksAgain } from '../sign-in.ts';
import { browserOf, visitorOf } from '../visits.ts';
import { goOnWithCodes, SECURITY, securityCrumbs } from './recovery-codes.ts';

const PATH = '/account/factors/passkeys';

/** Adding passkeys, and removing one. */
export function addPasskeys(area: Area): void {
  const { router, db, issuer, outbox, page } = area;
  const party = relyingPartyOf(issuer);
  const show = (ctx: Context, form: FormState) =>
    page(ctx, 'account/passkey', { form: { ...form, values: { name: textOf(form.values.name) } } });

  router.get(PATH, async (ctx) => {
    if (!asksAgain(ctx, PATH)) await show(ctx, firstForm(ctx));
  });

  router.post(`${PATH}/options`, async (ctx) => {
    if (asksAgain(ctx, PATH)) return;
    const { account: owner, by } = visitorOf(ctx);
    ctx.set('Cache-Control', 'no-store');
    ctx.body = await beginPasskey(db, party, { owner, visit: browserOf(ctx), now: by.now });
  });

  router.post(PATH, async (ctx) => {
    if (asksAgain(ctx, PATH)) return;
    const { account: owner, by } = visitorOf(ctx);
    const { name, answer } = fieldsOf(ctx);
    try {
      const made = { owner, visit: browserOf(ctx), name: textOf(name), answer: textOf(answer) };
      await addPasskey(db, { party, outbox }, made, by);
    } catch (error) {
      const form = refusedForm(ctx, error);
      ctx.status = 400;
      return show(ctx, form);
    }
    await goOnWithCodes(area, ctx, t('factors.passkeyAdded'));
  });

  addConfirmation(area, `${PATH}/:passkey/remove`, {
    first: (ctx) => asksAgain(ctx, ctx.path),
    ask: async (ctx) => ({
      crumbs: securityCrumbs(),
      cancel: SECURITY,
      title: t('factors.removePasskeyAsk', { name: (await passkeyOf(ctx)).name }),
      consequences: [t('factors.removePasskeyEnds'), t('factors.removeLastEnds')],
      button: t('factors.remove'),
    }),
    async act(ctx) {
      const { account: owner, by } = visitorOf(ctx);
      await removePasskey(db, outbox, { owner, id: (await passkeyOf(ctx)).id }, by);
      return { notice: t('factors.passkeyRemoved'), to: SECURITY };
    },
  });

  async function passkeyOf(ctx: Context) {
    const passkeys = await listPasskeys(db, visitorOf(ctx).account.id);
    const found = passkeys.find(({ id }) => id === ctx.params.passkey);
    if (!found) throw new AppError('not_found', { detail: t('factors.noPasskey') });
    return found;
  }
}
