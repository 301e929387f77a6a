import type { Route } from './world.ts';

/** Of whoever is signed in, about themselves. */
export const accountRoutes: readonly Route[] = [
  { method: 'GET', path: '/account', least: 'person' },
  { method: 'GET', path: '/account/security', least: 'person' },
  { method: 'GET', path: '/account/password', least: 'person' },
  { method: 'POST', path: '/account/password', least: 'person', form: { current: '', password: '' } },
  { method: 'GET', path: '/account/factors/totp', least: 'person' },
  { method: 'POST', path: '/account/factors/totp', least: 'person', form: { code: '' } },
  { method: 'GET', path: '/account/factors/totp/remove', least: 'person' },
  { method: 'POST', path: '/account/factors/totp/remove', least: 'person' },
  { method: 'GET', path: '/account/factors/recovery-codes', least: 'person' },
  { method: 'POST', path: '/account/factors/recovery-codes', least: 'person' },
  { method: 'GET', path: '/account/address', least: 'person' },
  { method: 'POST', path: '/account/address', least: 'person', form: { email: '' } },
  { method: 'POST', path: '/account/verification', least: 'person' },
  { method: 'GET', path: '/account/apps', least: 'person' },
  { method: 'GET', path: '/account/apps/{app}/disconnect', least: 'nobody' },
  { method: 'POST', path: '/account/apps/{app}/disconnect', least: 'nobody' },
  { method: 'GET', path: '/account/sessions', least: 'person' },
  { method: 'POST', path: '/account/sessions/end-others', least: 'person' },
  { method: 'POST', path: '/account/sessions/{app}/end', least: 'nobody' },
  { method: 'GET', path: '/account/profile', least: 'person' },
  { method: 'POST', path: '/account/profile', least: 'person', form: { name: '' } },
];
