import type { TeamRole } from '../../db/tables/teams.ts';
import { digestOf } from '../../http/shown.ts';
import type { Member } from '../../teams/list-members.ts';
import { TeamRoleName } from '../../teams/members.ts';
import { t } from '../../texts/texts.ts';
import type { Crumbs } from '../../views/models/confirm.ts';
import type { InvitedView, MemberView, OpenInvitationView } from '../../views/models/teams.ts';
import type { Choice } from '../lists.ts';
import { fromNow, inDate } from '../moments.ts';

export const hrefOf = ({ id }: { id: string }) => `/teams/${id}`;

export function teamCrumbs(team: { id: string; name: string }): Crumbs {
  return [
    { href: '/teams', label: t('teams.title') },
    { href: hrefOf(team), label: team.name },
  ];
}

/** A role as people read it. */
export const nameOfRole = (role: TeamRole) => t(`roleNames.${role}`);

/** The role that a list is narrowed to. */
export const roleChoice = (): Choice => ({
  name: 'role',
  label: t('teams.roleHead'),
  any: t('lists.all'),
  options: TeamRoleName.options.map((value) => ({ value, label: nameOfRole(value) })),
});

/** What a change of somebody's role is about. */
export const meaningOf = ({ name, email, role }: Pick<Member, 'name' | 'email' | 'role'>) => [name, email, role];

export function presentMember(member: Member, teamId: string, selfId: string): MemberView {
  const href = `/teams/${teamId}/members/${member.id}`;
  return {
    name: member.name,
    email: member.email,
    role: member.role,
    roleName: nameOfRole(member.role),
    shown: digestOf(meaningOf(member)),
    since: inDate(member.created_at),
    isSelf: member.id === selfId,
    disabled: member.disabled_at !== null,
    change: href,
    remove: `${href}/remove`,
  };
}

export function presentInvitation(
  invitation: { id: string; email: string; role: string | null; expires_at: Date },
  now: Date,
): OpenInvitationView {
  return {
    pick: invitation.id,
    email: invitation.email,
    role: nameOfRole((invitation.role ?? 'viewer') as TeamRole),
    ends: fromNow(invitation.expires_at, now),
    withdraw: `/invitations/${invitation.id}/withdraw`,
  };
}

/** What was left for the next page when somebody was invited. */
export function presentInvited(flash: Readonly<Record<string, unknown>>, sendsMail: boolean): InvitedView | undefined {
  const invited = flash.invited as Omit<InvitedView, 'words'> | undefined;
  if (!invited) return undefined;
  const words = sendsMail ? t('teams.inviteeByMail') : t('teams.inviteeByHand');
  return { email: invited.email, words, link: invited.link, code: invited.code };
}

export function presentBelongings(
  base: '/apps' | '/apis',
  rows: readonly { id: string; name: string; detail: string; stopped: boolean }[],
) {
  return rows.map(({ id, name, detail, stopped }) => ({ href: `${base}/${id}`, name, detail, stopped }));
}
