import type { Route } from './world.ts';

/** What apps and APIs did, and the token inspector, which shows everyone what they may see. */
export const usageRoutes: readonly Route[] = [
  { method: 'GET', path: '/apps/{app}/requests', least: 'viewer' },
  { method: 'GET', path: '/apis/{api}/usage', least: 'viewer' },
  { method: 'GET', path: '/tools/inspector', least: 'person' },
  { method: 'GET', path: '/search', least: 'person' },
  { method: 'GET', path: '/development/components', least: 'person' },
  { method: 'POST', path: '/theme', least: 'person', form: { theme: 'dark', to: '/' } },
  { method: 'POST', path: '/tools/inspector', least: 'person', form: { token: 'x' } },
];
