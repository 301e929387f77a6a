import type { ListedSubscription } from '../../subscriptions/lists.ts';
import { t } from '../../texts/texts.ts';
import type { SubscriptionView, WaitingView } from '../../views/models/apis.ts';
import type { Badge } from '../../views/models/apps.ts';
import { fromNow, inDate } from '../moments.ts';
import { apiHref, teamOf } from './present.ts';

type Row = ListedSubscription;

export const subscriptionHref = (id: string) => `/subscriptions/${encodeURIComponent(id)}`;

/** A subscription among those of one app, under the name of its API. */
export function presentOfApp(row: Row, now: Date): SubscriptionView {
  const more = row.mayAsk && row.state !== 'suspended' && !row.apiSuspended;
  const ask = { href: `${apiHref(row.api_id)}?app=${encodeURIComponent(row.client_id)}`, danger: false };
  return {
    ...presentShared(row, now),
    title: row.apiName,
    href: apiHref(row.api_id),
    detail: row.apiIdentifier,
    team: teamOf(row.apiTeamName),
    links: [
      ...(more ? [{ ...ask, label: isOver(row) ? t('apis.askAgain') : t('apis.askForMore') }] : []),
      ...linksOf(row, 'app'),
    ],
    buttons: row.mayAsk && row.pending_scopes ? [button(row, 'withdraw', t('apis.withdrawRequest'))] : [],
  };
}

/** The same among those of one API, under the name of the app. */
export function presentOfApi(row: Row, now: Date): SubscriptionView {
  return {
    ...presentShared(row, now),
    title: row.appName,
    href: row.mayAsk ? `/apps/${encodeURIComponent(row.client_id)}/apis` : undefined,
    detail: row.client_id,
    team: teamOf(row.appTeamName),
    links: [
      ...(row.mayDecide && row.pending_scopes ? [{ href: '/approvals', label: t('apis.decide'), danger: false }] : []),
      ...linksOf(row, 'api'),
    ],
    buttons: row.mayDecide && row.state === 'suspended' ? [button(row, 'resume', t('apis.resume'))] : [],
  };
}

function presentShared(row: Row, now: Date) {
  return {
    id: row.id,
    badge: badgeOf(row),
    live: row.state === 'active' || row.state === 'suspended' ? row.scopes : [],
    waiting: waitingOf(row, now),
    note: noteOf(row),
    version: String(row.version),
  };
}

const isOver = ({ state }: Row) => state === 'denied' || state === 'cancelled';

const button = (row: Row, what: string, label: string) => ({ action: `${subscriptionHref(row.id)}/${what}`, label });

/** What can be done to it, each on a page that asks first. */
function linksOf(row: Row, side: 'app' | 'api') {
  const link = (what: string, label: string, danger = false) => ({
    href: `${subscriptionHref(row.id)}/${what}`,
    label,
    danger,
  });
  const may = side === 'app' ? row.mayAsk : row.mayDecide;
  if (!may || isOver(row)) return [];
  const live = row.state === 'active';
  return [
    ...(live && row.scopes.length > 1 ? [link('narrow', t('apis.narrow'))] : []),
    ...(live && side === 'api' ? [link('suspend', t('apis.suspend'))] : []),
    ...(row.state !== 'suspended' || side === 'api' ? [link('cancel', t('apis.revokeAccess'), true)] : []),
  ];
}

const badges = (): Record<Row['state'], Badge> => ({
  active: { text: t('apis.liveBadge'), tone: 'good' },
  pending: { text: t('apis.waiting'), tone: 'warn' },
  suspended: { text: t('words.suspended'), tone: 'bad' },
  denied: { text: t('apis.denied'), tone: 'bad' },
  cancelled: { text: t('apis.ended'), tone: '' },
});

export function badgeOf(row: Row): Badge {
  if (row.state === 'active' && row.apiSuspended) return { text: t('apis.apiSuspended'), tone: 'bad' };
  return badges()[row.state];
}

function waitingOf(row: Row, now: Date): WaitingView | undefined {
  if (!row.pending_scopes) return undefined;
  const ago = row.pending_at ? fromNow(row.pending_at, now) : '';
  const sentence = row.requesterName
    ? t('apis.askedForBy', { name: row.requesterName, ago })
    : t('apis.askedFor', { ago });
  return { scopes: row.pending_scopes, sentence, reason: row.pending_reason ?? '' };
}

function noteOf(row: Row): string | undefined {
  if (!row.note) return undefined;
  const who = row.deciderName ?? t('apis.theOwner');
  return row.decided_at
    ? t('apis.noteOn', { who, date: inDate(row.decided_at), note: row.note })
    : t('apis.noteOf', { who, note: row.note });
}
