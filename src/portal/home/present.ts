import { CLIENT_TYPES, PURPOSES } from '../../clients/purposes.ts';
import type { AppActivity } from '../../usage/home/activity.ts';
import type { Attention } from '../../usage/home/attention.ts';
import type { Change } from '../../usage/home/changes.ts';
import type { WaitingRequest } from '../../usage/home/requests.ts';
import { totalOf } from '../../usage/series.ts';
import { shareOf } from '../charts/share.ts';
import { spark } from '../charts/spark.ts';
import { counted, fromNow, inMoment, inNumber } from '../moments.ts';
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

const MOST_APPS = 8;

/** The home page: what to do first, then how things are. */
export function presentHome(found: Found, addresses: { issuer: string; discovery: string }, now: Date): PageOf<'home'> {
  const tasks = tasksOf(found, now);
  const busiest = [...found.apps].sort((a, b) => totalOf(b.points).calls - totalOf(a.points).calls);
  return {
    ...addresses,
    verdict: verdictOf(tasks),
    tasks,
    apps: busiest.slice(0, MOST_APPS).map(presentApp),
    moreApps: busiest.length > MOST_APPS,
    waiting: found.requests
      .filter(({ mayDecide }) => !mayDecide)
      .map(({ app, appId, api, scopes, at }) => ({
        text: `${app} waits for ${scopes.join(', ') || 'access'} of ${api}.`,
        href: `/apps/${encodeURIComponent(appId)}`,
        since: at ? `Asked ${fromNow(at, now)}` : '',
      })),
    changes: found.changes.map((change) => ({
      who: whoDidIt(change),
      ...changeInWords(change),
      app: change.app,
      href: `/apps/${encodeURIComponent(change.appId)}`,
      at: inMoment(change.at),
      ago: fromNow(change.at, now),
    })),
  };
}

function verdictOf(tasks: readonly { tone: string }[]): string {
  const pressing = tasks.filter(({ tone }) => tone !== 'info').length;
  if (pressing === 0) return 'Everything is all right.';
  return pressing === 1 ? 'One thing needs you.' : `${inNumber(pressing)} things need you.`;
}

function presentApp(app: AppActivity): HomeApp {
  const { calls, failures } = totalOf(app.points);
  const words = `Calls of ${app.name} in the last 7 days: ${counted(calls, 'call')}, ${inNumber(failures)} failed`;
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
    title: PURPOSES[type].label,
    text: PURPOSES[type].sentence,
    href: `/apps/new?type=${type}`,
  }));
}
