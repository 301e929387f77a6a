import { listOwnInvitations } from '../../teams/joining.ts';
import { readActivity } from '../../usage/home/activity.ts';
import { readAttention } from '../../usage/home/attention.ts';
import { readChanges } from '../../usage/home/changes.ts';
import { readWaitingRequests } from '../../usage/home/requests.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { presentHome, presentPurposes } from './present.ts';
import { tasksOf } from './tasks.ts';

/** The home page answers: is everything all right, and what must I do? */
export function addHome({ router, db, issuer, page }: Area): void {
  const addresses = { issuer, discovery: `${issuer}/.well-known/openid-configuration` };
  router.get('/', async (ctx) => {
    const { account, by } = visitorOf(ctx);
    const [apps, attention, requests, changes, invitations] = await Promise.all([
      readActivity(db, by),
      readAttention(db, by),
      readWaitingRequests(db, by),
      readChanges(db, by),
      listOwnInvitations(db, by),
    ]);
    const found = { apps, attention, requests, changes, invitations };
    if (apps.length > 0) return page(ctx, 'home', presentHome(found, by.now));
    const tasks = tasksOf(found, by.now);
    const [hasTeam, purposes] = [by.access.teams.size > 0, presentPurposes()];
    return page(ctx, 'home/first', { ...addresses, name: account.name, purposes, hasTeam, tasks });
  });
}
