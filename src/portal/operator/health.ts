import type { Context } from 'koa';
import { authorize } from '../../access.ts';
import { t } from '../../texts/texts.ts';
import type { HealthKind } from '../../views/models/operator.ts';
import type { Area, Diagnosed } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { operatorFrame } from './frame.ts';

/** Of one kind; the others are counted. */
const MOST_SHOWN = 20;
/** Seconds: a look that takes longer is not waited for. */
const PATIENCE = 10;
/** For so long the next look gets what the last one found. */
const AGAIN_MS = 5000;

/** Where the portal has the page for what was found. */
const PAGES: Readonly<Record<string, string>> = {
  'request-waiting': '/approvals',
  'mail-failed': '/operator/outbox',
  'mail-waiting': '/operator/outbox',
  'no-admin': '/operator/people',
  'one-admin': '/operator/people',
  'demo-in-production': '/operator/people',
  'team-without-owner': '/operator/teams',
};
const OF_APPS = /^(redirect-|pkce-|app-|secret-|stopped-)/;
const OF_APIS = /^(api-|scope-|token-)/;

/** What the doctor finds, with what mends it: the same as at the command line, looked at when the page is asked for. */
export function addHealth({ router, page, diagnosis, clock }: Area): void {
  const look = shared(diagnosis, clock);

  router.get('/operator/health', async (ctx: Context) => {
    authorize(visitorOf(ctx).by, 'platform.read', null);
    const found = (await look())?.();
    await page(ctx, 'operator/health', {
      ...operatorFrame(ctx),
      verdict: verdictOf(found),
      kinds: found ? presentKinds(found) : [],
    });
  });
}

/** One look at a time, however many ask. undefined: it could not be finished in time. */
function shared(diagnosis: Area['diagnosis'], clock: () => Date) {
  let last: { at: number; found: Promise<(() => readonly Diagnosed[]) | undefined> } | undefined;
  return () => {
    const now = clock().getTime();
    if (!last || now - last.at >= AGAIN_MS) last = { at: now, found: withPatience(diagnosis()) };
    return last.found;
  };
}

function withPatience<T>(work: Promise<T>): Promise<T | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), PATIENCE * 1000);
  return Promise.race([work, promise]).finally(() => clearTimeout(timer));
}

function verdictOf(found: readonly Diagnosed[] | undefined): string {
  if (!found) return t('health.tooLong');
  const count = (severity: Diagnosed['severity']) => found.filter((one) => one.severity === severity).length;
  if (found.length === 0) return t('health.allWell');
  return t('health.found', { errors: count('error'), warnings: count('warning'), notes: count('note') });
}

const TONES = { error: 'bad', warning: 'warn', note: '' } as const;

/** What was found of each kind, then once why it matters and what mends it; the worst first, as they come. */
function presentKinds(found: readonly Diagnosed[]): HealthKind[] {
  return [...Map.groupBy(found, ({ id }) => id)].flatMap(([id, group]) => {
    const [first] = group;
    if (!first) return [];
    const { severity, why, fix } = first;
    const more = group.length - MOST_SHOWN;
    return [
      {
        ...{ id, why, fix, tone: TONES[severity] },
        severity: t(`health.${severity}`),
        found: group.slice(0, MOST_SHOWN).map(({ what }) => what),
        more: more > 0 ? t('health.more', { count: more }) : undefined,
        href: PAGES[id] ?? (OF_APPS.test(id) ? '/apps' : OF_APIS.test(id) ? '/apis' : undefined),
      },
    ];
  });
}
