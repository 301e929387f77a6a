import type { Context } from 'koa';
import { changeAddress, verifyAddress } from '../../accounts/links/address.ts';
import { AppError } from '../../errors.ts';
import { t } from '../../texts/texts.ts';
import { addCodePage, type LinkParts, strangerAt } from './parts.ts';

/** Where links to an address lead: to confirm it, or to have it as the new one. */
export function addAddresses(parts: LinkParts): void {
  const { db, render, outbox, clock } = parts;

  addCodePage(parts, () => ({
    path: '/verify',
    title: t('links.verifyTitle'),
    lead: t('links.verifyLead'),
    button: t('links.verifyButton'),
    again: undefined,
    open: (ctx, code) =>
      done(ctx, async () => {
        const email = await verifyAddress(db, code, strangerAt(ctx, clock()));
        return { title: t('links.verified'), lead: t('links.verifiedLead', { email }) };
      }),
  }));
  addCodePage(parts, () => ({
    path: '/new-address',
    title: t('links.addressTitle'),
    lead: t('links.addressLead'),
    button: t('links.addressButton'),
    again: undefined,
    open: (ctx, code) =>
      done(ctx, async () => {
        const email = await changeAddress(db, outbox, code, strangerAt(ctx, clock()));
        return { title: t('links.addressDone'), lead: t('links.addressDoneLead', { email }) };
      }),
  }));

  async function done(ctx: Context, act: () => Promise<{ title: string; lead: string }>): Promise<boolean> {
    try {
      render(ctx, 'links/done', { ...(await act()), next: { href: '/account', label: t('account.title') } });
      return true;
    } catch (error) {
      if (error instanceof AppError && error.code === 'not_found') return false;
      throw error;
    }
  }
}
