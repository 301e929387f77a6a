import type { Route } from './world.ts';

const app = '/apps/{app}';
const secret = `${app}/secrets/{secret}`;

export const appRoutes: readonly Route[] = [
  { method: 'GET', path: '/apps', least: 'person' },
  { method: 'GET', path: '/apps/new', least: 'person' },
  { method: 'POST', path: '/apps', least: 'person', form: { name: '' } },
  { method: 'GET', path: app, least: 'viewer' },
  { method: 'GET', path: `${app}/credential`, least: 'developer', changes: true },
  { method: 'POST', path: `${app}/try`, least: 'developer' },
  { method: 'GET', path: `${app}/secrets/new`, least: 'developer', changes: true },
  { method: 'POST', path: `${app}/secrets`, least: 'developer', form: { name: '' } },
  { method: 'GET', path: `${secret}/rotate`, least: 'developer', changes: true },
  { method: 'POST', path: `${secret}/rotate`, least: 'developer', form: { name: '' } },
  { method: 'GET', path: `${secret}/revoke`, least: 'developer', changes: true },
  { method: 'POST', path: `${secret}/revoke`, least: 'developer' },
  { method: 'GET', path: `${app}/authentication`, least: 'developer', changes: true },
  { method: 'POST', path: `${app}/authentication`, least: 'developer' },
  { method: 'GET', path: `${app}/settings`, least: 'developer', changes: true },
  { method: 'POST', path: `${app}/settings`, least: 'developer', form: { name: '' } },
  { method: 'POST', path: `${app}/logo`, least: 'developer' },
  { method: 'POST', path: `${app}/logo/remove`, least: 'developer' },
  { method: 'GET', path: `${app}/disable`, least: 'developer', changes: true },
  { method: 'POST', path: `${app}/disable`, least: 'developer', form: { reason: 'a trial' } },
  { method: 'POST', path: `${app}/enable`, least: 'developer' },
  { method: 'GET', path: `${app}/delete`, least: 'developer', changes: true },
  { method: 'POST', path: `${app}/delete`, least: 'developer' },
  { method: 'GET', path: `${app}/requests`, least: 'viewer' },
];
