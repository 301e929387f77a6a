import type { Context } from 'koa';

const PATHS: ReadonlySet<string> = new Set([
  '/join',
  '/account/password',
  '/reset',
  '/sign-up/finish',
  '/api/v1/users',
]);

/**
 * Whether a request sets a password. Judging one waits for a process that may have to start first (decision 47), which has a
 * limit of its own; a slow machine is not to answer that the database is away.
 */
export const setsPassword = ({ method, path }: Pick<Context, 'method' | 'path'>): boolean =>
  method === 'POST' && (PATHS.has(path) || /^\/interaction\/[^/]+\/new-password$/.test(path));
