import type { TeamRole } from './db/tables/teams.ts';
import { AppError } from './errors.ts';
import { t } from './texts/texts.ts';

/** Who did it: a person, an app, someone at the command line, or the server by itself. */
export interface Actor {
  readonly type: 'account' | 'client' | 'operator' | 'system';
  readonly id?: string;
  readonly ip?: string;
  readonly requestId?: string;
}

/** What can be done to what a team owns. `platform` is what belongs to no team: people, groups, all teams. */
export type Action =
  | 'app.read'
  | 'app.write'
  | 'api.read'
  | 'api.write'
  | 'subscription.decide'
  | 'role.write'
  | 'team.read'
  | 'team.write'
  | 'team.suspend'
  | 'platform.read'
  | 'platform.write';

/** The least role in the owning team for each action; undefined: no role in a team is enough. */
const LEAST_ROLE: Record<Action, TeamRole | undefined> = {
  'app.read': 'viewer',
  'app.write': 'developer',
  'api.read': 'viewer',
  'api.write': 'developer',
  'subscription.decide': 'developer',
  'role.write': 'developer',
  'team.read': 'viewer',
  'team.write': 'owner',
  'team.suspend': undefined,
  'platform.read': undefined,
  'platform.write': undefined,
};

const RANK: Record<TeamRole, number> = { viewer: 1, developer: 2, owner: 3 };

/** What a person or a program may do, as of the start of its request. */
export interface Access {
  readonly platformRole: 'admin' | 'auditor' | null;
  readonly teams: ReadonlyMap<string, TeamRole>;
  /** What the access token that the request came with allows at most; absent for a person in the portal. */
  readonly tokenAllows?: ReadonlySet<Action>;
}

/** What the operator has decided for this installation, where an action depends on it. Absent is the strictest. */
export interface HouseRules {
  /** Where plain http may lead: `private`, and suffixes of names with the dot that they begin with. */
  readonly httpRedirectHosts: readonly string[];
}

/** Who acts, with what right, under which rules, and when: what every action takes last. */
export interface By {
  readonly actor: Actor;
  readonly now: Date;
  /** Needed by everyone but the operator at the command line and the server itself. */
  readonly access?: Access;
  readonly rules?: HouseRules;
}

/**
 * Whether an action is allowed on what `teamId` owns; null is what has no team. The verdict separates what the caller
 * may not see, which does not exist for them, from what they may see but not do.
 */
export function judgeAccess(by: By, action: Action, teamId: string | null): 'allowed' | 'forbidden' | 'hidden' {
  if (by.actor.type === 'operator' || by.actor.type === 'system') return 'allowed';
  const { access } = by;
  if (!access) return 'hidden';
  if (!holds(access, action, teamId)) return holds(access, readOf(action), teamId) ? 'forbidden' : 'hidden';
  return !access.tokenAllows || access.tokenAllows.has(action) ? 'allowed' : 'forbidden';
}

/** @throws {AppError} forbidden, or not_found in the words of `missing` for what the caller may not know of */
export function authorize(by: By, action: Action, teamId: string | null, missing?: string): void {
  const verdict = judgeAccess(by, action, teamId);
  if (verdict === 'hidden') throw new AppError('not_found', missing ? { detail: missing } : {});
  if (verdict === 'forbidden') throw new AppError('forbidden');
}

/** Whether it is someone who looks after the whole platform, by whatever means: not just the owning team. */
export const isFromAbove = ({ actor, access }: By) =>
  actor.type === 'operator' || actor.type === 'system' || access?.platformRole === 'admin';

/**
 * A team may not start again, or replace, what an administrator or the operator has stopped.
 * @throws {AppError} forbidden
 */
export function authorizeStart(by: By, { stopped_from_above }: { readonly stopped_from_above: boolean }): void {
  if (!stopped_from_above || isFromAbove(by)) return;
  const detail = t('refusals.stoppedByAdmin');
  throw new AppError('forbidden', { detail });
}

/**
 * For what belongs to a person: allowed to that person, and to callers who may do it on the whole platform.
 * @throws {AppError} forbidden, not_found
 */
export function authorizeFor(by: By, accountId: string, action: 'platform.read' | 'platform.write'): void {
  const isSelf = by.actor.type === 'account' && by.actor.id === accountId;
  if (isSelf && !by.access?.tokenAllows) return;
  authorize(by, action, null, t('refusals.noAccount', { id: accountId }));
}

/**
 * For lists: the teams whose belongings the caller may see with this action, `all` or their ids.
 * @throws {AppError} forbidden when the access token does not allow it at all
 */
export function visibleTeams(by: By, action: Action): 'all' | readonly string[] {
  const { actor, access } = by;
  if (actor.type === 'operator' || actor.type === 'system') return 'all';
  if (access?.tokenAllows && !access.tokenAllows.has(action)) throw new AppError('forbidden');
  return access?.platformRole ? 'all' : [...(access?.teams.keys() ?? [])];
}

function holds(access: Access, action: Action, teamId: string | null): boolean {
  if (access.platformRole === 'admin') return true;
  if (access.platformRole === 'auditor' && action === readOf(action)) return true;
  const role = teamId === null ? undefined : access.teams.get(teamId);
  const least = LEAST_ROLE[action];
  return role !== undefined && least !== undefined && RANK[role] >= RANK[least];
}

/** The action of seeing what another action changes. */
function readOf(action: Action): Action {
  const READS: Partial<Record<Action, Action>> = {
    'app.write': 'app.read',
    'api.write': 'api.read',
    'subscription.decide': 'api.read',
    'role.write': 'api.read',
    'team.write': 'team.read',
    'team.suspend': 'platform.read',
    'platform.write': 'platform.read',
  };
  return READS[action] ?? action;
}
