import { t } from '../../texts/texts.ts';
import { inDate } from '../moments.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { accountFrame } from './frame.ts';

export function addOverview({ router, page, sendsMail }: Area): void {
  router.get('/account', async (ctx) => {
    const { account, by } = visitorOf(ctx);
    await page(ctx, 'account/overview', {
      ...accountFrame(ctx),
      name: account.name,
      email: account.email,
      verified: account.email_verified_at ? inDate(account.email_verified_at) : undefined,
      sendsMail,
      id: account.id,
      since: inDate(account.created_at),
      teams: t('account.teamCount', { count: by.access.teams.size }),
      platformRole: account.platform_role ? t(`account.${account.platform_role}`) : undefined,
    });
  });
}
