import { z } from 'zod';
import { authorize } from '../../access.ts';
import { resolveAccountId } from '../../accounts/lifecycle.ts';
import { presentEvent } from '../../audit/present.ts';
import { countEvents, findParties, listEvents, type TrailEvent, WiderTrailQuery } from '../../audit/trail.ts';
import { AppError } from '../../errors.ts';
import { t } from '../../texts/texts.ts';
import type { AuditRow, PartyView } from '../../views/models/operator.ts';
import { leadOn, readList } from '../lists.ts';
import { inMoment } from '../moments.ts';
import type { Area } from '../parts.ts';
import { teamChoice } from '../teams/choice.ts';
import { visitorOf } from '../visits.ts';
import { detailsInWords, eventInWords } from './event-words.ts';
import { operatorFrame } from './frame.ts';

/** What was done, and by whom, as `latchkey audit list` and the admin API tell it. */
export function addAudit({ router, db, page }: Area): void {
  router.get('/operator/audit', async (ctx) => {
    const { by } = visitorOf(ctx);
    // First of all, so that a visitor without the right cannot find out who has an account.
    authorize(by, 'platform.read', null);
    const query = readList(ctx, Asked);
    const idOf = async (name: string | undefined) => name && (await resolveAccountId(db, name).catch(unknown));
    const { person, actor, from, to, limit, cursor, ...more } = query;
    const account = await idOf(person);
    const doer = actor === 'operator' ? actor : await idOf(actor);
    const wanted =
      account === null || doer === null ? undefined : { ...more, account, actor: doer, ...within(from, to) };
    const [found, count, team] = await Promise.all([
      wanted ? listEvents(db, { ...wanted, limit, cursor }, by) : { rows: [], next: undefined },
      wanted ? countEvents(db, wanted, by) : 0,
      teamChoice(db, by),
    ]);
    const names = await findParties(db, found.rows);
    await page(ctx, 'operator/audit', {
      ...operatorFrame(ctx),
      filter: query,
      events: found.rows.map((event) => present(event, names)),
      // What is chosen has a field of its own.
      list: { ...leadOn(ctx, found, { query, count, noun: 'event', filters: team }), keep: {} },
    });
  });
}

const Day = z.iso.date({ error: () => t('operator.badDay') });
const Party = z.string().trim().max(254);

/** People are given by id or address, times by their days. */
const Asked = WiderTrailQuery.omit({ account: true }).extend({
  app: Party.optional(),
  type: Party.optional(),
  person: Party.optional(),
  actor: Party.optional(),
  from: Day.optional(),
  to: Day.optional(),
});

/** Both days are meant from their beginning to their end. */
const within = (from: string | undefined, to: string | undefined) => ({
  ...(from ? { from: new Date(`${from}T00:00:00Z`) } : {}),
  ...(to ? { to: new Date(new Date(`${to}T00:00:00Z`).getTime() + 86_400_000) } : {}),
});

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
    what: eventInWords(event.type),
    type: event.type,
    typeHref: `/operator/audit?${new URLSearchParams({ type: event.type })}`,
    by: { name: nameOfActor(actorType, actorId, names), ip: event.ip ?? '' },
    app: app ? party(app, 'app') : undefined,
    person: person ? party(person, 'person') : undefined,
    more: detailsInWords(event.type, restOf(event)),
    requestId: event.request_id ?? '',
  };
}

function nameOfActor(type: string, id: string | null, names: ReadonlyMap<string, string>): string {
  if (id) return names.get(id) ?? id;
  const words: Readonly<Record<string, string>> = {
    operator: t('operator.byOperator'),
    system: t('operator.byServer'),
    account: t('operator.bySomeone'),
    client: t('operator.byProgram'),
  };
  return words[type] ?? type;
}

/** What the columns do not say. */
function restOf(event: TrailEvent): Record<string, unknown> {
  const { client_id: _app, account_id: _person, ...rest } = presentEvent(event).detail;
  return rest;
}
