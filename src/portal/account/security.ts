import { type Factors, findFactors } from '../../accounts/factors/find-factors.ts';
import { listPasskeys } from '../../accounts/factors/passkeys.ts';
import { listOwnEvents, type OwnEvent } from '../../accounts/own/events.ts';
import { networkOf } from '../../http/network/networks.ts';
import { t } from '../../texts/texts.ts';
import { fromNow, inDate, inMoment } from '../moments.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { accountFrame } from './frame.ts';

const MOST = 20;

export function addSecurity({ router, db, page }: Area): void {
  router.get('/account/security', async (ctx) => {
    const { account, by } = visitorOf(ctx);
    const [events, factors, passkeys] = await Promise.all([
      listOwnEvents(db, account.id, MOST),
      findFactors(db, account.id),
      listPasskeys(db, account.id),
    ]);
    const model = { events: events.map(inWords), factors: factorsInWords(factors, passkeys, by.now) };
    await page(ctx, 'account/security', { ...accountFrame(ctx), ...model });
  });
}

function factorsInWords(
  { totp, recoveryCodes: left }: Factors,
  known: Awaited<ReturnType<typeof listPasskeys>>,
  now: Date,
) {
  const passkeys = known.map(({ id, name, created_at: since, used_at: usedAt }) => ({
    name,
    state: usedAt
      ? t('factors.passkeyUsed', { date: inDate(since), when: fromNow(usedAt, now) })
      : t('factors.passkeySince', { date: inDate(since) }),
    remove: `/account/factors/passkeys/${id}/remove`,
  }));
  const has = totp !== undefined || passkeys.length > 0;
  const recoveryCodes = has ? t('factors.recoveryCodesLeft', { left }) : undefined;
  if (!totp) return { totp: { isOn: false, state: t('factors.off') }, passkeys, recoveryCodes };
  const since = { date: inDate(totp.since) };
  const state = totp.usedAt
    ? t('factors.totpUsed', { ...since, when: fromNow(totp.usedAt, now) })
    : t('factors.totpOn', since);
  return { totp: { isOn: true, state }, passkeys, recoveryCodes };
}

function inWords({ type, at, ip, app, clientId, factor }: OwnEvent) {
  const named = { app: app ?? t('account.someApp') };
  const ofFactor = { factor: t('factors.factorName', { factor: factor ?? 'other' }) };
  const what = {
    'account.signed_in': () => (clientId ? t('account.event_signed_in_to', named) : t('account.event_signed_in')),
    'account.sign_in_failed': () => t('account.event_sign_in_failed'),
    'account.password_changed': () => t('account.event_password_changed'),
    'account.password_refused': () => t('account.event_password_refused'),
    'account.factor_added': () => t('factors.event_factor_added', ofFactor),
    'account.factor_removed': () => t('factors.event_factor_removed', ofFactor),
    'account.recovery_codes_made': () => t('factors.event_recovery_codes_made'),
    'account.reset_asked': () => t('account.event_reset_asked'),
    'account.reset_given': () => t('account.event_reset_given'),
    'account.new_password_required': () => t('account.event_new_password_required'),
    'account.address_asked': () => t('account.event_address_asked'),
    'account.address_verified': () => t('account.event_address_verified'),
    'account.sessions_ended': () => t('account.event_sessions_ended'),
    'account.session_ended': () => t('account.event_session_ended'),
    'account.updated': () => t('account.event_updated'),
    'consent.given': () => t('account.event_consent_given', named),
    'consent.withdrawn': () => t('account.event_consent_withdrawn', named),
  }[type]();
  return { what, at: inMoment(at), where: ip ? t('account.eventFrom', { network: networkOf(ip) }) : '' };
}
