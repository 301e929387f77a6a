import { CLIENT_TYPES } from '../../clients/purposes.ts';
import { t } from '../../texts/texts.ts';
import type { AppActivity } from '../../usage/home/activity.ts';
import type { Attention } from '../../usage/home/attention.ts';
import type { Change } from '../../usage/home/changes.ts';
import type { WaitingRequest } from '../../usage/home/requests.ts';
import { type Point, totalOf } from '../../usage/series.ts';
import { bars } from '../charts/bars.ts';
import { shareOf } from '../charts/share.ts';
import { spark } from '../charts/spark.ts';
import { fromNow, inDay, inHour, inMoment, inNumber } from '../moments.ts';
import type { PageOf } from '../shell.ts';
import { changeInWords, whoDidIt } from './changes.ts';
import { isFailing, tasksOf } from './tasks.ts';

export interface Found {
  readonly apps: readonly AppActivity[];
  readonly attention: readonly Attention[];
  readonly requests: readonly WaitingRequest[];
  readonly changes: readonly Change[];
  readonly invitations: readonly { readonly teamName: string | null }[];
}

type HomeApp = PageOf<'home'>['apps'][number];

const MOST_APPS = 5;
const MOST_CHANGES = 4;
/** So many apps of a run of changes are named. */
const NAMED = 2;
const CHART_HEIGHT = 150;

/** The home page: what to do first, then how things are. */
export function presentHome(found: Found, now: Date): PageOf<'home'> {
  const tasks = tasksOf(found, now);
  const points = sumOf(found.apps);
  const busiest = [...found.apps].sort((a, b) => totalOf(b.points).calls - totalOf(a.points).calls);
  return {
    verdict: verdictOf(tasks, totalOf(points).calls > 0),
    figures: figuresOf(points),
    chart: totalOf(points).calls > 0 ? bars(points, partName, CHART_HEIGHT) : undefined,
    tasks,
    apps: busiest.slice(0, MOST_APPS).map(presentApp),
    moreApps: busiest.length > MOST_APPS,
    waiting: found.requests
      .filter(({ mayDecide }) => !mayDecide)
      .map(({ app, appId, api, scopes, at }) => ({
        text: t('home.waits', { app, scopes: scopes.join(', ') || t('home.access'), api }),
        href: `/apps/${encodeURIComponent(appId)}`,
        since: at ? t('home.asked', { ago: fromNow(at, now) }) : '',
      })),
    changes: runsOf(found.changes)
      .slice(0, MOST_CHANGES)
      .map((run) => presentRun(run, now)),
  };
}

/** What all apps did together, part by part. */
function sumOf(apps: readonly AppActivity[]): Point[] {
  const [first] = apps;
  return (first?.points ?? []).map(({ at }, index) => ({
    at,
    ...totalOf(apps.flatMap(({ points }) => points[index] ?? [])),
  }));
}

const partName = (at: Date) => `${inDay(at)}, ${inHour(at)}`;

function figuresOf(points: readonly Point[]): string {
  const { calls, failures } = totalOf(points);
  if (calls === 0) return t('home.noCalls');
  return t('home.figures', { calls, failures, share: shareOf(failures, calls) });
}

interface Run {
  readonly words: ReturnType<typeof changeInWords>;
  readonly who: string | undefined;
  readonly changes: readonly Change[];
}

/** Changes that follow each other and read alike but for the app, told once. */
function runsOf(changes: readonly Change[]): Run[] {
  const runs: Run[] = [];
  for (const change of changes) {
    const [words, who, last] = [changeInWords(change), whoDidIt(change), runs.at(-1)];
    const alike = last && last.who === who && JSON.stringify(last.words) === JSON.stringify(words);
    if (alike) runs[runs.length - 1] = { ...last, changes: [...last.changes, change] };
    else runs.push({ words, who, changes: [change] });
  }
  return runs;
}

function presentRun({ words, who, changes }: Run, now: Date): PageOf<'home'>['changes'][number] {
  const apps = [...new Map(changes.map(({ appId, app }) => [appId, app]))];
  const latest = changes[0]?.at ?? now;
  return {
    who,
    ...words,
    apps: apps.slice(0, NAMED).map(([id, name]) => ({ name, href: `/apps/${encodeURIComponent(id)}` })),
    more: apps.length > NAMED ? t('home.more', { count: apps.length - NAMED }) : '',
    times: changes.length > apps.length ? t('home.times', { count: changes.length }) : '',
    at: inMoment(latest),
    ago: fromNow(latest, now),
  };
}

/** Without a call there is nothing to say that all is right by. */
function verdictOf(tasks: readonly { tone: string }[], isUsed: boolean): string {
  const pressing = tasks.filter(({ tone }) => tone !== 'info').length;
  if (pressing === 0) return isUsed ? t('home.allRight') : t('home.nothingNeedsYou');
  return t('home.needYou', { count: pressing });
}

function presentApp(app: AppActivity): HomeApp {
  const { calls, failures } = totalOf(app.points);
  const words = t('home.callsOf', { app: app.name, calls, failures });
  return {
    name: app.name,
    href: `/apps/${encodeURIComponent(app.id)}`,
    disabled: app.disabled,
    spark: spark(
      app.points.map((point) => point.calls),
      words,
    ),
    calls: inNumber(calls),
    failed: calls === 0 ? undefined : shareOf(failures, calls),
    failing: isFailing(app),
  };
}

/** What someone new can register first, each with the way there. */
export function presentPurposes(): PageOf<'home/first'>['purposes'] {
  return CLIENT_TYPES.map((type) => ({
    title: t(`purposes.${type}`),
    text: t(`purposes.${type}Sentence`),
    href: `/apps/new?type=${type}`,
  }));
}
