import { listOwnEvents, type OwnEvent } from '../../accounts/own/events.ts';
import { networkOf } from '../../http/network/networks.ts';
import { t } from '../../texts/texts.ts';
import { inMoment } from '../moments.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { accountFrame } from './frame.ts';

const MOST = 20;

export function addSecurity({ router, db, page }: Area): void {
  router.get('/account/security', async (ctx) => {
    const events = await listOwnEvents(db, visitorOf(ctx).account.id, MOST);
    await page(ctx, 'account/security', { ...accountFrame(ctx), events: events.map(inWords) });
  });
}

function inWords({ type, at, ip, app, clientId }: OwnEvent) {
  const named = { app: app ?? t('account.someApp') };
  const what = {
    'account.signed_in': () => (clientId ? t('account.event_signed_in_to', named) : t('account.event_signed_in')),
    'account.sign_in_failed': () => t('account.event_sign_in_failed'),
    'account.password_changed': () => t('account.event_password_changed'),
    'account.password_refused': () => t('account.event_password_refused'),
    'account.sessions_ended': () => t('account.event_sessions_ended'),
    'account.session_ended': () => t('account.event_session_ended'),
    'account.updated': () => t('account.event_updated'),
    'consent.given': () => t('account.event_consent_given', named),
    'consent.withdrawn': () => t('account.event_consent_withdrawn', named),
  }[type]();
  return { what, at: inMoment(at), where: ip ? t('account.eventFrom', { network: networkOf(ip) }) : '' };
}
