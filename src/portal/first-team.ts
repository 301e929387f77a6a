import type { Context } from 'koa';
import { type Action, judgeAccess } from '../access.ts';
import { textOf } from './forms.ts';
import { visitorOf } from './visits.ts';

/** The team that a form for something new starts with: the one that the address names, else one of the visitor's own. */
export function firstTeam(ctx: Context, action: Action): string {
  const { by } = visitorOf(ctx);
  const own = [...by.access.teams.keys()].find((team) => judgeAccess(by, action, team) === 'allowed');
  return textOf(ctx.query.team) || (own ?? '');
}
