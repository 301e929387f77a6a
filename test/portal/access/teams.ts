import type { Route } from './world.ts';

export const teamRoutes: readonly Route[] = [
  { method: 'GET', path: '/teams', least: 'person' },
  { method: 'GET', path: '/teams/new', least: 'person' },
  { method: 'POST', path: '/teams', least: 'person' },
  { method: 'GET', path: '/teams/{team}', least: 'viewer' },
  { method: 'GET', path: '/teams/{team}/rename', least: 'owner', changes: true },
  { method: 'POST', path: '/teams/{team}/rename', least: 'owner', form: { name: '' } },
  { method: 'POST', path: '/teams/{team}/members/{member}', least: 'owner', form: { role: 'viewer' } },
  { method: 'GET', path: '/teams/{team}/members/{member}/remove', least: 'owner', changes: true },
  { method: 'POST', path: '/teams/{team}/members/{member}/remove', least: 'owner' },
  { method: 'POST', path: '/teams/{team}/invitations', least: 'owner', form: { email: 'x', role: 'viewer' } },
  { method: 'POST', path: '/invitations/withdraw', least: 'person' },
  { method: 'POST', path: '/invitations/{invitation}/withdraw', least: 'owner' },
  { method: 'POST', path: '/invitations/{invitation}/accept', least: 'nobody' },
  { method: 'GET', path: '/teams/{team}/leave', least: 'viewer' },
  { method: 'GET', path: '/teams/{team}/delete', least: 'owner', changes: true },
  { method: 'POST', path: '/teams/{team}/delete', least: 'owner' },
  { method: 'GET', path: '/teams/{team}/suspend', least: 'platform', changes: true },
  { method: 'POST', path: '/teams/{team}/suspend', least: 'platform', form: { reason: 'a trial' } },
  { method: 'GET', path: '/teams/{team}/resume', least: 'platform', changes: true },
  { method: 'POST', path: '/teams/{team}/resume', least: 'platform' },
];

/** Whoever is in the team leaves it, whatever their role. */
export const leavingRoute = 'POST /teams/{team}/leave';
