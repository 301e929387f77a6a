import type { Context } from 'koa';
import { authorize, judgeAccess } from '../../access.ts';
import { visitorOf } from '../visits.ts';

const TABS = [
  { href: '/operator/people', label: 'People' },
  { href: '/operator/groups', label: 'Groups' },
  { href: '/operator/teams', label: 'Teams' },
  { href: '/operator/outbox', label: 'Outbox' },
  { href: '/operator/audit', label: 'Audit trail' },
  { href: '/operator/branding', label: 'Branding' },
];

/** What every one of these pages has. */
export function operatorFrame(ctx: Context) {
  return {
    tabs: TABS.map((tab) => ({ ...tab, current: `${ctx.path}/`.startsWith(`${tab.href}/`) })),
    mayChange: judgeAccess(visitorOf(ctx).by, 'platform.write', null) === 'allowed',
  };
}

/** For pages that lead to a change: who may not make it does not see them. @throws {AppError} not_found, forbidden */
export function requireChange(ctx: Context, action: 'platform.write' | 'platform.read' = 'platform.write'): void {
  authorize(visitorOf(ctx).by, action, null);
}
