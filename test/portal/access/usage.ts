import type { Route } from './world.ts';

export const usageRoutes: readonly Route[] = [
  { method: 'GET', path: '/apps/{app}/requests', least: 'viewer' },
  { method: 'GET', path: '/apis/{api}/usage', least: 'viewer' },
];
