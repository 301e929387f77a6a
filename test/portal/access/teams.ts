import type { Route } from './world.ts';

export const teamRoutes: readonly Route[] = [
  { method: 'GET', path: '/teams', least: 'person' },
  { method: 'GET', path: '/teams/new', least: 'person' },
  { method: 'POST', path: '/teams', least: 'person' },
];
