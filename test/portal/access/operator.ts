import type { Route } from './world.ts';

export const operatorRoutes: readonly Route[] = [
  { method: 'GET', path: '/operator', least: 'platform' },
  { method: 'GET', path: '/operator/people', least: 'platform' },
  { method: 'POST', path: '/operator/people/invitations', least: 'platform', form: { email: 'x' } },
  { method: 'GET', path: '/operator/people/{member}', least: 'platform' },
  { method: 'POST', path: '/operator/people/{member}/role', least: 'platform', form: { role: 'auditor' } },
  { method: 'GET', path: '/operator/people/{member}/disable', least: 'platform', changes: true },
  { method: 'POST', path: '/operator/people/{member}/disable', least: 'platform', form: { reason: 'a trial' } },
  { method: 'POST', path: '/operator/people/{member}/enable', least: 'platform' },
  { method: 'GET', path: '/operator/people/{member}/end-sessions', least: 'platform', changes: true },
  { method: 'POST', path: '/operator/people/{member}/end-sessions', least: 'platform' },
  { method: 'GET', path: '/operator/groups', least: 'platform' },
  { method: 'POST', path: '/operator/groups', least: 'platform', form: { name: '' } },
  { method: 'GET', path: '/operator/groups/{group}', least: 'platform' },
  { method: 'POST', path: '/operator/groups/{group}', least: 'platform', form: { name: '' } },
  {
    method: 'POST',
    path: '/operator/groups/{group}/people',
    least: 'platform',
    form: { person: 'nobody@example.com' },
  },
  { method: 'POST', path: '/operator/groups/{group}/people/{member}/remove', least: 'platform' },
  { method: 'GET', path: '/operator/groups/{group}/delete', least: 'platform', changes: true },
  { method: 'POST', path: '/operator/groups/{group}/delete', least: 'platform' },
  { method: 'GET', path: '/operator/teams', least: 'platform' },
];
