import type { Route } from './world.ts';

const subscription = '/subscriptions/{subscription}';

export const apiRoutes: readonly Route[] = [
  { method: 'GET', path: '/apis', least: 'person' },
  { method: 'GET', path: '/apis/new', least: 'person' },
  {
    method: 'POST',
    path: '/apis',
    least: 'developer',
    form: { team: '{team}', identifier: 'https://{api}.example.com', name: 'New' },
  },
  { method: 'GET', path: '/apis/{api}', least: 'person' },
  { method: 'GET', path: '/apis/{api}/protect', least: 'viewer' },
  { method: 'POST', path: '/apis/{api}/protect', least: 'developer', form: { address: 'x' } },
  { method: 'POST', path: '/apis/{api}/requests', least: 'developer', form: { app: '{app}', scopes: 'reports:read' } },
  { method: 'GET', path: '/apis/{api}/edit', least: 'developer', changes: true },
  { method: 'POST', path: '/apis/{api}/edit', least: 'developer', form: { name: 'x' } },
  { method: 'GET', path: '/apis/{api}/suspend', least: 'developer', changes: true },
  { method: 'POST', path: '/apis/{api}/suspend', least: 'developer', form: { reason: 'x' } },
  { method: 'POST', path: '/apis/{api}/resume', least: 'developer' },
  { method: 'GET', path: '/apis/{api}/delete', least: 'developer', changes: true },
  { method: 'POST', path: '/apis/{api}/delete', least: 'developer' },
  { method: 'GET', path: '/apis/{api}/subscriptions', least: 'viewer' },
  { method: 'GET', path: '/apps/{app}/apis', least: 'viewer' },
  { method: 'GET', path: '/approvals', least: 'person' },
  { method: 'POST', path: '/approvals/decide', least: 'person', form: { decision: 'deny' } },
  { method: 'POST', path: `${subscription}/approve`, least: 'developer', form: { scopes: 'reports:write' } },
  { method: 'POST', path: `${subscription}/deny`, least: 'developer' },
  { method: 'POST', path: `${subscription}/withdraw`, least: 'developer' },
  { method: 'GET', path: `${subscription}/suspend`, least: 'developer', changes: true },
  { method: 'POST', path: `${subscription}/suspend`, least: 'developer', form: { reason: 'x' } },
  { method: 'POST', path: `${subscription}/resume`, least: 'developer' },
  { method: 'GET', path: `${subscription}/cancel`, least: 'developer', changes: true },
  { method: 'POST', path: `${subscription}/cancel`, least: 'developer', form: { reason: 'x' } },
  { method: 'GET', path: `${subscription}/narrow`, least: 'developer', changes: true },
  { method: 'POST', path: `${subscription}/narrow`, least: 'developer', form: { scopes: 'reports:read' } },
];

export const outboxRoutes: readonly Route[] = [
  { method: 'GET', path: '/operator/health', least: 'platform' },
  { method: 'GET', path: '/operator/outbox', least: 'platform' },
  { method: 'GET', path: '/operator/outbox/{mail}', least: 'platform' },
  { method: 'POST', path: '/operator/outbox/resend', least: 'platform' },
  { method: 'POST', path: '/operator/outbox/resend-chosen', least: 'platform' },
  { method: 'POST', path: '/operator/outbox/{mail}/resend', least: 'platform' },
];
