import type { Context } from 'koa';
import { authorize, judgeAccess } from '../../access.ts';
import { t } from '../../texts/texts.ts';
import { visitorOf } from '../visits.ts';

const TABS = [
  { href: '/operator/people', label: 'operator.people' },
  { href: '/operator/groups', label: 'operator.groups' },
  { href: '/operator/teams', label: 'operator.teams' },
  { href: '/operator/outbox', label: 'operator.outbox' },
  { href: '/operator/audit', label: 'operator.audit' },
  { href: '/operator/branding', label: 'branding.title' },
  { href: '/operator/health', label: 'health.tab' },
] as const;

/** What every one of these pages has. */
export function operatorFrame(ctx: Context) {
  return {
    tabs: TABS.map(({ href, label }) => ({ href, label: t(label), current: `${ctx.path}/`.startsWith(`${href}/`) })),
    mayChange: judgeAccess(visitorOf(ctx).by, 'platform.write', null) === 'allowed',
  };
}

/** For pages that lead to a change: who may not make it does not see them. @throws {AppError} not_found, forbidden */
export function requireChange(ctx: Context, action: 'platform.write' | 'platform.read' = 'platform.write'): void {
  authorize(visitorOf(ctx).by, action, null);
}
