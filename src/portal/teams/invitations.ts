import { type By, isFromAbove } from '../../access.ts';
import type { TeamRole } from '../../db/tables/teams.ts';
import { requireShown } from '../../http/shown.ts';
import { joinLink } from '../../teams/invitation-mail.ts';
import { type Invited, invite, withdrawInvitation } from '../../teams/invitations.ts';
import { acceptInvitation, listOwnInvitations } from '../../teams/joining.ts';
import { t } from '../../texts/texts.ts';
import { redirect } from '../answers.ts';
import { doEach, picksOf } from '../bulk.ts';
import { makeOnce } from '../forms/once.ts';
import { fieldsOf, refusedForm, textOf } from '../forms.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { idOf, type ShowTeam } from './team-page.ts';

/**
 * What the next page says once: the code is on its way by mail, and here for where no mail is sent. Whoever has the code is
 * taken for the owner of the address, and sees whether it has an account: that is for admins beside them, and nobody else.
 */
export function toFlash(
  { invitation, code }: Invited,
  { issuer, sendsMail }: Pick<Area, 'issuer' | 'sendsMail'>,
  by: By,
) {
  const { email } = invitation;
  if (sendsMail && !isFromAbove(by)) return { notice: t('teams.invitedByMail', { email }) };
  return { notice: t('teams.invited', { email }), invited: { email, code, link: joinLink(issuer, code) } };
}

export function addInvitations(area: Area, showTeam: ShowTeam): void {
  const { router, db, visits, outbox, issuer, sendsMail } = area;

  router.post('/teams/:team/invitations', async (ctx) => {
    const fields = fieldsOf(ctx);
    try {
      const role = textOf(fields.role) as TeamRole;
      const wanted = { email: textOf(fields.email).trim(), teamId: idOf(ctx), role };
      const { by } = visitorOf(ctx);
      await makeOnce(area, ctx, async (db) => {
        const invited = await invite(db, outbox, wanted, by);
        return { to: `/teams/${idOf(ctx)}`, flash: toFlash(invited, { issuer, sendsMail }, by) };
      });
    } catch (error) {
      const form = refusedForm(ctx, error);
      ctx.status = 400;
      await showTeam(ctx, form);
    }
  });

  router.post('/invitations/withdraw', async (ctx) => {
    const { by } = visitorOf(ctx);
    await visits.leave(ctx, { notice: await doEach(picksOf(ctx), (pick) => withdrawInvitation(db, pick, by)) });
    const back = textOf(fieldsOf(ctx).back);
    redirect(ctx, /^\/teams\/\w+$/.test(back) ? back : '/operator/people');
  });

  router.post('/invitations/:invitation/withdraw', async (ctx) => {
    const teamId = await withdrawInvitation(db, String(ctx.params.invitation), visitorOf(ctx).by);
    await visits.leave(ctx, { notice: t('teams.withdrawn') });
    redirect(ctx, teamId ? `/teams/${teamId}` : '/operator/people');
  });

  router.post('/invitations/:invitation/accept', async (ctx) => {
    const { by } = visitorOf(ctx);
    const own = (await listOwnInvitations(db, by)).find(({ id }) => id === ctx.params.invitation);
    // What is not one's own, or over, is refused as ever.
    if (own) requireShown(ctx, [own.teamName, own.role]);
    const teamId = await acceptInvitation(db, String(ctx.params.invitation), by);
    await visits.leave(ctx, { notice: t('teams.youAreIn') });
    redirect(ctx, `/teams/${teamId}`);
  });
}
