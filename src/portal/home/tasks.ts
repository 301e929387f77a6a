import { t } from '../../texts/texts.ts';
import type { AppActivity } from '../../usage/home/activity.ts';
import type { Attention } from '../../usage/home/attention.ts';
import type { WaitingRequest } from '../../usage/home/requests.ts';
import { totalOf } from '../../usage/series.ts';
import type { TaskView } from '../../views/models/home.ts';
import { shareOf } from '../charts/share.ts';
import { fromNow } from '../moments.ts';

/** How many failures in a day are many, if they are also this share of all calls. */
const MANY = { failures: 10, share: 0.05 };
/** Days before its end from which a secret without a successor is pressing. */
const PRESSING = 3;
const DAY = 86_400_000;
/** The last 24 hours of seven days in quarters of days. */
const LAST_DAY = -4;

const appHref = (id: string) => `/apps/${encodeURIComponent(id)}`;
const apiHref = (id: string) => `/apis/${encodeURIComponent(id)}`;

/** An app whose requests fail more than they should, or all of them. */
export function isFailing({ points, disabled }: AppActivity): boolean {
  const { calls, failures } = totalOf(points.slice(LAST_DAY));
  const many = failures >= MANY.failures && failures >= calls * MANY.share;
  return !disabled && (many || (failures > 0 && failures === calls));
}

/** All that someone has to do or to know of, the most pressing first. */
export function tasksOf(
  found: {
    apps: readonly AppActivity[];
    attention: readonly Attention[];
    requests: readonly WaitingRequest[];
    invitations: readonly { readonly teamName: string | null }[];
  },
  now: Date,
): TaskView[] {
  const RANK = { bad: 0, warn: 1, info: 2 };
  return [
    ...found.apps.filter(isFailing).map(failingApp),
    ...found.attention.map((one) => attentionTask(one, now)),
    ...found.invitations.map(invitationTask),
    ...found.requests.filter(({ mayDecide }) => mayDecide).map((request) => decisionTask(request, now)),
  ].sort((a, b) => RANK[a.tone] - RANK[b.tone]);
}

function failingApp({ id, name, points }: AppActivity): TaskView {
  const { calls, failures } = totalOf(points.slice(LAST_DAY));
  return {
    tone: 'bad',
    label: t('home.failing'),
    text: t('home.failingApp', { failures, app: name, share: shareOf(failures, calls) }),
    href: `${appHref(id)}/requests?period=24h&show=failures`,
    action: t('home.seeWhy'),
  };
}

function invitationTask({ teamName }: { teamName: string | null }): TaskView {
  return {
    tone: 'warn',
    label: t('home.invitation'),
    text: t('home.invitedTo', { team: teamName ?? '' }),
    href: '/teams',
    action: t('home.answerIt'),
  };
}

function decisionTask({ app, api, scopes, reason, at }: WaitingRequest, now: Date): TaskView {
  const asked = { app, scopes: scopes.join(', ') || t('home.access'), api };
  const text = at ? t('home.asksForSince', { ...asked, ago: fromNow(at, now) }) : t('home.asksFor', asked);
  return {
    tone: 'warn',
    label: t('home.toDecide'),
    text: reason ? `${text} ${t('home.quoted', { reason })}` : text,
    href: '/approvals',
    action: t('home.decide'),
  };
}

function attentionTask(one: Attention, now: Date): TaskView {
  if (one.kind === 'secret_ends' || one.kind === 'secret_ended') return secretTask(one, now);
  const { kind, id, name, detail, at } = one;
  const KEYS = {
    app: ['home.appStopped', 'home.appStoppedAgo'],
    api: ['home.apiSuspended', 'home.apiSuspendedAgo'],
    team: ['home.teamSuspended', 'home.teamSuspendedAgo'],
    subscription: ['home.subscriptionSuspended', 'home.subscriptionSuspendedAgo'],
  } as const;
  const [plain, ago] = KEYS[kind];
  const values = { name, api: detail ?? t('home.anApi') };
  const HREFS = {
    app: appHref(id),
    api: apiHref(id),
    team: `/teams/${encodeURIComponent(id)}`,
    subscription: appHref(id),
  };
  return {
    tone: 'warn',
    label: kind === 'app' ? t('home.stopped') : t('home.suspended'),
    text: at ? t(ago, { ...values, ago: fromNow(at, now) }) : t(plain, values),
    href: HREFS[kind],
    action: t('home.lookAtIt'),
  };
}

/** A secret with a longer-lived one beside it is only mentioned: it may be replaced already. */
function secretTask({ kind, id, name, detail, at, covered }: Attention, now: Date): TaskView {
  const about = { name, secret: detail ?? '', when: at ? fromNow(at, now) : '' };
  const href = appHref(id);
  if (kind === 'secret_ended') {
    const text = t('home.secretEnded', about);
    return { tone: 'bad', label: t('home.ended'), text, href, action: t('home.makeNew') };
  }
  if (covered) {
    const text = t('home.secretEndsCovered', about);
    return { tone: 'info', label: t('home.ends'), text, href, action: t('home.check') };
  }
  const pressing = at !== null && at.getTime() - now.getTime() < PRESSING * DAY;
  const text = t('home.onlySecretEnds', about);
  return { tone: pressing ? 'bad' : 'warn', label: t('home.ends'), text, href, action: t('home.rotate') };
}
