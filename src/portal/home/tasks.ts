import type { AppActivity } from '../../usage/home/activity.ts';
import type { Attention } from '../../usage/home/attention.ts';
import type { WaitingRequest } from '../../usage/home/requests.ts';
import { totalOf } from '../../usage/series.ts';
import type { TaskView } from '../../views/models/home.ts';
import { shareOf } from '../charts/share.ts';
import { counted, fromNow } from '../moments.ts';

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
    label: 'failing',
    text: `${counted(failures, 'request')} of ${name} failed in the last 24 hours, ${shareOf(failures, calls)} of all.`,
    href: `${appHref(id)}/requests?period=24h&show=failures`,
    action: 'See why',
  };
}

function invitationTask({ teamName }: { teamName: string | null }): TaskView {
  return {
    tone: 'warn',
    label: 'invitation',
    text: `You are invited to join ${teamName}.`,
    href: '/teams',
    action: 'Answer it',
  };
}

function decisionTask({ app, api, scopes, reason, at }: WaitingRequest, now: Date): TaskView {
  const since = at ? `, ${fromNow(at, now)}` : '';
  const why = reason ? ` “${reason}”` : '';
  return {
    tone: 'warn',
    label: 'to decide',
    text: `${app} asks for ${scopes.join(', ') || 'access'} of ${api}${since}.${why}`,
    href: '/approvals',
    action: 'Decide',
  };
}

function attentionTask(one: Attention, now: Date): TaskView {
  if (one.kind === 'secret_ends' || one.kind === 'secret_ended') return secretTask(one, now);
  const { kind, id, name, detail, at } = one;
  const since = at ? ` ${fromNow(at, now)}` : '';
  const TEXTS = {
    app: `${name} was stopped${since}. It gets no tokens.`,
    api: `${name} was suspended${since}. No app gets tokens for it.`,
    team: `The team ${name} was suspended${since}. Its apps get no tokens.`,
    subscription: `${name} may not use ${detail ?? 'an API'} at the moment: the subscription was suspended${since}.`,
  };
  const HREFS = {
    app: appHref(id),
    api: apiHref(id),
    team: `/teams/${encodeURIComponent(id)}`,
    subscription: appHref(id),
  };
  return {
    tone: 'warn',
    label: kind === 'app' ? 'stopped' : 'suspended',
    text: TEXTS[kind],
    href: HREFS[kind],
    action: 'Look at it',
  };
}

/** A secret with a longer-lived one beside it is only mentioned: it may be replaced already. */
function secretTask({ kind, id, name, detail, at, covered }: Attention, now: Date): TaskView {
  const when = at ? fromNow(at, now) : '';
  const href = appHref(id);
  if (kind === 'secret_ended') {
    const text = `The last secret of ${name}, “${detail}”, ended ${when}. The app gets no tokens.`;
    return { tone: 'bad', label: 'ended', text, href, action: 'Make a new one' };
  }
  if (covered) {
    const text = `The secret “${detail}” of ${name} ends ${when}. Another one goes on.`;
    return { tone: 'info', label: 'ends', text, href, action: 'Check' };
  }
  const pressing = at !== null && at.getTime() - now.getTime() < PRESSING * DAY;
  const text = `The only secret of ${name}, “${detail}”, ends ${when}. Without a new one the app stops.`;
  return { tone: pressing ? 'bad' : 'warn', label: 'ends', text, href, action: 'Rotate' };
}
