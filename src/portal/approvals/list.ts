import type { Context } from 'koa';
import type { KeptForm } from '../../accounts/kept-forms.ts';
import { AppError } from '../../errors.ts';
import { digestOf, requireShown } from '../../http/shown.ts';
import { approveRequest, denyRequest } from '../../subscriptions/decisions.ts';
import {
  countWaitingRequests,
  findScopeMeanings,
  findSubscription,
  type ListedSubscription,
  listLateDecisions,
  listWaitingRequests,
  WaitingQuery,
} from '../../subscriptions/lists.ts';
import { t } from '../../texts/texts.ts';
import { redirect } from '../answers.ts';
import { apiHref, teamOf } from '../apis/present.ts';
import { badgeOf } from '../apis/present-subscription.ts';
import { doEach, picksOf } from '../bulk.ts';
import { emptyForm, type FormState, fieldsOf, firstForm, refusedForm, textOf, versionOf } from '../forms.ts';
import { leadOn, readList } from '../lists.ts';
import { fromNow } from '../moments.ts';
import type { Area } from '../parts.ts';
import { listOf } from '../roles/presenter.ts';
import { visitorOf } from '../visits.ts';

/** So many decisions of late are shown. */
const LATE = 15;

const sorts = () => [
  { sort: 'asked', label: t('lists.oldestFirst') },
  { sort: '-asked', label: t('lists.newestFirst') },
  { sort: 'app', label: t('approvals.app') },
  { sort: 'api', label: t('approvals.api') },
];

interface Refused {
  readonly id: string;
  readonly form: FormState;
}

/** What waits for this visitor, and what was decided. */
export function addApprovals(area: Area): void {
  const { router, db, outbox, visits } = area;

  router.get('/approvals', (ctx) => show(ctx, area, keptDecision(ctx)));

  /** Requires that the request is what the page showed. @throws {AppError} page_changed, not_found */
  const requireSame = async (ctx: Context, id: string) => {
    const row = await findSubscription(db, id, visitorOf(ctx).by);
    if (!row.mayDecide) throw new AppError('forbidden');
    requireShown(ctx, meaningOf(row, await findScopeMeanings(db, [row.api_id])));
  };

  /** Decides, and goes on with the next one. A refused decision comes back with what was typed. */
  const decide = (
    path: string,
    act: (ctx: Context, target: { id: string; version: number | undefined }) => Promise<string>,
  ) =>
    router.post(path, async (ctx) => {
      const id = String(ctx.params.subscription);
      try {
        await requireSame(ctx, id);
        await visits.leave(ctx, { notice: await act(ctx, { id, version: versionOf(fieldsOf(ctx)) }) });
        redirect(ctx, '/approvals');
      } catch (error) {
        const form = refusedForm(ctx, error);
        ctx.status = 400;
        await show(ctx, area, { id, form });
      }
    });

  router.post('/approvals/decide', async (ctx) => {
    const { by } = visitorOf(ctx);
    const approves = fieldsOf(ctx).decision === 'approve';
    const notice = await doEach(picksOf(ctx), async (pick) => {
      const [id = '', version = '', shown = ''] = pick.split(' ');
      const row = await findSubscription(db, id, by);
      if (!row.mayDecide) throw new AppError('forbidden');
      const meaning = meaningOf(row, await findScopeMeanings(db, [row.api_id]));
      if (digestOf(meaning) !== shown) throw new AppError('page_changed');
      const target = { id, version: versionOf({ version }) };
      await (approves ? approveRequest(db, outbox, target, {}, by) : denyRequest(db, outbox, target, {}, by));
    });
    await visits.leave(ctx, { notice });
    redirect(ctx, '/approvals');
  });

  decide('/subscriptions/:subscription/approve', async (ctx, target) => {
    const fields = fieldsOf(ctx);
    const approval = { scopes: listOf(fields.scopes), note: textOf(fields.note) };
    const { scopes } = await approveRequest(db, outbox, target, approval, visitorOf(ctx).by);
    return scopes.length > 0 ? t('approvals.approved', { scopes: scopes.join(', ') }) : t('approvals.approvedNone');
  });

  decide('/subscriptions/:subscription/deny', async (ctx, target) => {
    await denyRequest(db, outbox, target, { note: textOf(fieldsOf(ctx).note) }, visitorOf(ctx).by);
    return t('approvals.denied');
  });
}

/** A decision that came back because its session had ended. */
function keptDecision(ctx: Context): Refused | undefined {
  const id = /^\/subscriptions\/([^/]+)\//.exec((ctx.state.kept as KeptForm | undefined)?.action ?? '')?.[1];
  return id ? { id, form: firstForm(ctx) } : undefined;
}

async function show(ctx: Context, { db, page }: Area, refused?: Refused): Promise<void> {
  const { by } = visitorOf(ctx);
  const query = readList(ctx, WaitingQuery);
  const [waiting, count, decided] = await Promise.all([
    listWaitingRequests(db, query, by),
    countWaitingRequests(db, query, by),
    listLateDecisions(db, LATE, by),
  ]);
  const describe = await findScopeMeanings(
    db,
    waiting.rows.map((row) => row.api_id),
  );
  const isThere = refused && waiting.rows.some(({ id }) => id === refused.id);
  await page(ctx, 'approvals/list', {
    waiting: waiting.rows.map((row) => {
      const form = refused?.id === row.id ? refused.form : emptyForm;
      return presentWaiting(row, { now: by.now, form, describe });
    }),
    list: leadOn(ctx, waiting, {
      query,
      path: '/approvals',
      count,
      noun: 'request',
      sorts: sorts(),
      usual: 'asked',
      isCards: true,
    }),
    severalToDecide: waiting.rows.filter(({ mayDecide }) => mayDecide).length > 1,
    decided: decided.map((row) => presentDecided(row, by.now)),
    // The request is no longer on the page, so the sentence stands above the list.
    problem: refused && !isThere ? refused.form.problems.form : undefined,
  });
}

interface Shown {
  readonly now: Date;
  readonly form: FormState;
  readonly describe: (apiId: string, scope: string) => string;
}

/** What is decided about, as far as others can change it. */
function meaningOf(row: ListedSubscription, describe: Shown['describe']) {
  const pending = row.pending_scopes ?? [];
  return [
    [row.appName, row.appTeamName, row.apiName, row.apiIdentifier, row.requesterName, row.pending_reason],
    row.state,
    row.scopes,
    pending.map((name) => [name, describe(row.api_id, name)]),
  ];
}

function presentWaiting(row: ListedSubscription, { now, form, describe }: Shown) {
  const pending = row.pending_scopes ?? [];
  const isBack = form !== emptyForm;
  const checked = isBack ? listOf(form.values.scopes) : pending;
  const who = row.requesterName ?? t('words.someone');
  const when = row.pending_at ? fromNow(row.pending_at, now) : '';
  return {
    id: row.id,
    version: String(row.version),
    shown: digestOf(meaningOf(row, describe)),
    app: row.appName,
    appTeam: teamOf(row.appTeamName),
    api: row.apiName,
    apiHref: apiHref(row.api_id),
    sentence: t('approvals.asked', { who, when }),
    reason: row.pending_reason ?? '',
    live: row.state === 'active' ? row.scopes.join(', ') : '',
    scopes: pending.map((name) => ({
      name,
      description: describe(row.api_id, name),
      hint: '',
      checked: checked.includes(name),
    })),
    mayDecide: row.mayDecide,
    note: textOf(form.values.note),
    problem: isBack ? (form.problems.form ?? form.problems.note ?? form.problems.scopes) : undefined,
  };
}

function presentDecided(row: ListedSubscription, now: Date) {
  const who = row.deciderName ?? (row.decided_by ? t('words.someone') : t('approvals.theOperator'));
  const when = row.decided_at ? fromNow(row.decided_at, now) : '';
  return {
    app: row.appName,
    api: row.apiName,
    apiHref: `${apiHref(row.api_id)}/subscriptions`,
    badge: badgeOf(row),
    sentence: t('approvals.decision', { who, when }),
    note: row.note ?? '',
  };
}
