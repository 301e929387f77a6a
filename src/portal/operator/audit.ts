import type { Context } from 'koa';
import { authorize } from '../../access.ts';
import { resolveAccountId } from '../../accounts/lifecycle.ts';
import { presentEvent } from '../../audit/present.ts';
import { findParties, listEvents, type TrailEvent } from '../../audit/trail.ts';
import { AppError } from '../../errors.ts';
import type { AuditRow, PartyView } from '../../views/models/operator.ts';
import { inMoment } from '../moments.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { operatorFrame } from './frame.ts';

/** What was done, and by whom, as `latchkey audit list` and the admin API tell it. */
export function addAudit({ router, db, page }: Area): void {
  router.get('/operator/audit', async (ctx) => {
    const { by } = visitorOf(ctx);
    // First of all, so that a visitor without the right cannot find out who has an account.
    authorize(by, 'platform.read', null);
    const { cursor, ...filter } = asked(ctx);
    const account = filter.person && (await resolveAccountId(db, filter.person).catch(unknown));
    const { app, type } = filter;
    const found =
      account === null ? { rows: [], next: undefined } : await listEvents(db, { app, account, type, cursor }, by);
    const names = await findParties(db, found.rows);
    const to = (more: Record<string, string>) => `/operator/audit?${new URLSearchParams({ ...filter, ...more })}`;
    await page(ctx, 'operator/audit', {
      ...operatorFrame(ctx),
      filter: { app: '', person: '', type: '', ...filter },
      events: found.rows.map((event) => present(event, names)),
      next: found.next && to({ cursor: found.next }),
      first: cursor && to({}),
    });
  });
}

const FIELDS = ['app', 'person', 'type', 'cursor'] as const;

/** What of the trail is looked for; an empty field asks for nothing. */
function asked(ctx: Context): Partial<Record<(typeof FIELDS)[number], string>> {
  const given = FIELDS.map((name) => [name, ctx.query[name]] as const);
  return Object.fromEntries(
    given.flatMap(([name, value]) => (typeof value === 'string' && value.trim() ? [[name, value.trim()]] : [])),
  );
}

/** Who nobody is has done nothing. */
function unknown(error: unknown): null {
  if (error instanceof AppError && error.code === 'not_found') return null;
  throw error;
}

function present(event: TrailEvent, names: ReadonlyMap<string, string>): AuditRow {
  const { actor_type: actorType, actor_id: actorId, client_id: app, account_id: person } = event;
  const party = (id: string, filter: 'app' | 'person'): PartyView => ({
    name: names.get(id) ?? id,
    href: `/operator/audit?${new URLSearchParams({ [filter]: id })}`,
  });
  return {
    at: inMoment(event.at),
    type: event.type,
    typeHref: `/operator/audit?${new URLSearchParams({ type: event.type })}`,
    by: { name: nameOfActor(actorType, actorId, names), ip: event.ip ?? '' },
    app: app ? party(app, 'app') : undefined,
    person: person ? party(person, 'person') : undefined,
    more: restOf(event),
    requestId: event.request_id ?? '',
  };
}

function nameOfActor(type: string, id: string | null, names: ReadonlyMap<string, string>): string {
  if (id) return names.get(id) ?? id;
  return { operator: 'the operator', system: 'the server', account: 'someone', client: 'a program' }[type] ?? type;
}

/** What the columns do not say, a line for each. */
function restOf(event: TrailEvent): string[] {
  return Object.entries(presentEvent(event).detail)
    .filter(([name]) => name !== 'client_id' && name !== 'account_id')
    .map(([name, value]) => `${name.replaceAll('_', ' ')}: ${inWords(value)}`);
}

function inWords(value: unknown): string {
  if (Array.isArray(value)) return value.map(String).join(', ') || 'none';
  return value === null ? 'none' : String(value);
}
