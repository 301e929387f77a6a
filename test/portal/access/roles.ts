import type { Route } from './world.ts';

const role = '/apis/{api}/roles/{role}';

export const roleRoutes: readonly Route[] = [
  { method: 'GET', path: '/apis/{api}/roles', least: 'viewer' },
  {
    method: 'POST',
    path: '/apis/{api}/roles',
    least: 'developer',
    form: { name: 'Controller', scopes: 'reports:read' },
  },
  { method: 'GET', path: role, least: 'viewer' },
  { method: 'POST', path: role, least: 'developer', form: { name: 'Controller' } },
  { method: 'GET', path: `${role}/delete`, least: 'developer', changes: true },
  { method: 'POST', path: `${role}/delete`, least: 'developer' },
  { method: 'POST', path: `${role}/people`, least: 'developer', form: { person: 'nobody@example.com' } },
  { method: 'POST', path: `${role}/people/{member}/remove`, least: 'developer' },
  { method: 'POST', path: `${role}/groups`, least: 'developer', form: { group: 'grp_none' } },
  { method: 'POST', path: `${role}/groups/{group}/remove`, least: 'developer' },
];
