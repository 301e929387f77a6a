import { type Client, type DeviceCode, type ErrorOut, errors, type KoaContextWithOIDC } from 'oidc-provider';
import { findActiveAccount } from '../../accounts/accounts.ts';
import { speakTo } from '../../accounts/preferences.ts';
import { findWhoAsks } from '../../clients/who-asks.ts';
import type { Db } from '../../db/connections/connection.ts';
import { AppError, errorCodes } from '../../errors.ts';
import { digestOf } from '../../http/shown.ts';
import { type TextKey, t } from '../../texts/texts.ts';
import type { Render } from '../../views/render.ts';
import { choicesOf } from '../consent/choices.ts';
import { askedApisOf, consentOf, describe } from '../consent/page.ts';
import { UserCodeTaken } from './codes.ts';
import { TooManyGuesses } from './user-code-guesses.ts';

type RenderError = (ctx: KoaContextWithOIDC, out: ErrorOut, error: Error) => Promise<void>;

/** By the provider's name for what went wrong. */
const PROBLEMS: Readonly<Record<string, TextKey & `device.${string}`>> = {
  NoCodeError: 'device.enterCode',
  NotFoundError: 'device.unknown',
  ExpiredError: 'device.expired',
  AlreadyUsedError: 'device.used',
  SessionNotFound: 'device.noSession',
};

/** The page has changed since it was shown: the person has to look at it again. */
export class DeviceChanged extends errors.OIDCProviderError {
  readonly client: Client;
  readonly code: DeviceCode;

  constructor(client: Client, code: DeviceCode) {
    super(errorCodes.page_changed.status, 'page_changed');
    this.error_description = errorCodes.page_changed.message;
    this.client = client;
    this.code = code;
  }
}

/** The pages on which a person connects a device (RFC 8628 §3.3). */
export function createDevicePages(render: Render, db: Db, renderError: RenderError) {
  const form = (ctx: KoaContextWithOIDC, userCode: string) => ({
    action: '/device',
    xsrf: ctx.oidc.session?.state?.secret as string,
    userCode,
  });
  /** A code that came with the address is shown, and sent on where there is JavaScript. */
  const showUserCode = (ctx: KoaContextWithOIDC, userCode: string) =>
    render(ctx, 'device-code', { ...form(ctx, userCode), problem: undefined, sendsItself: userCode !== '' });
  /** What the person is asked, with what that would grant. */
  const questionOf = async (ctx: KoaContextWithOIDC, client: Client, code: DeviceCode) => {
    const { session } = ctx.oidc;
    const account = session?.accountId ? await findActiveAccount(db, session.accountId) : undefined;
    if (account) speakTo(account);
    const details = { params: code.params ?? {}, session };
    const asked = await askedApisOf(db, details);
    const consent = await consentOf(db, details, asked);
    const { permissionGroups, offline } = describe(details, consent, asked, choicesOf(client, undefined));
    const { team, verified } = await findWhoAsks(db, client.clientId);
    const page = {
      appName: client.clientName ?? client.clientId,
      team,
      verified,
      account: account && { name: account.name, email: account.email },
      permissionGroups,
      offline,
    };
    return { page, shown: digestOf([page, consent]) };
  };
  const showConfirm = async (
    ctx: KoaContextWithOIDC,
    { client, code, userCode, changed }: { client: Client; code: DeviceCode; userCode: string; changed: boolean },
  ) => {
    const { page, shown } = await questionOf(ctx, client, code);
    if (changed) ctx.status = errorCodes.page_changed.status;
    render(ctx, 'device-confirm', { ...form(ctx, userCode), ...page, shown, changed });
  };
  return {
    showUserCode,

    /** @throws {DeviceChanged} when what the form was made from is not what it would grant now */
    async requireShown(ctx: KoaContextWithOIDC, code: DeviceCode): Promise<void> {
      const client = code.clientId && (await ctx.oidc.provider.Client.find(code.clientId));
      // Without the app the provider finds out by itself.
      if (!client) return;
      const { shown } = await questionOf(ctx, client, code);
      if (ctx.oidc.body?.shown !== shown) throw new DeviceChanged(client, code);
    },

    async renderUserCodeInput(ctx: KoaContextWithOIDC, _form: string, out?: ErrorOut, error?: Error): Promise<void> {
      if (!error) return showUserCode(ctx, '');
      const kept = keepsSession(ctx);
      if (error.name === 'AbortedError') return render(ctx, 'device-denied', {});
      if (out?.error === 'server_error') return renderError(ctx, out, error);
      if (kept && error instanceof DeviceChanged) {
        const { client, code } = error;
        return showConfirm(ctx, { client, code, userCode: String(ctx.oidc.params?.user_code), changed: true });
      }
      if (!kept) throw new AppError(ctx.oidc.route === 'device_resume' ? 'sign_in_expired' : 'csrf_failed');
      ctx.status = error instanceof TooManyGuesses ? 429 : 400;
      if (error instanceof TooManyGuesses) ctx.set('Retry-After', String(error.retryAfter));
      const typed = 'userCode' in error ? String(error.userCode) : '';
      render(ctx, 'device-code', { ...form(ctx, typed), problem: problemOf(ctx, error), sendsItself: false });
    },

    async renderUserCodeConfirm(
      ctx: KoaContextWithOIDC,
      _form: string,
      client: Client,
      _deviceInfo: object,
      userCode: string,
    ): Promise<void> {
      const code = ctx.oidc.deviceCode;
      if (code) await showConfirm(ctx, { client, code, userCode, changed: false });
    },

    async renderDeviceConnected(ctx: KoaContextWithOIDC): Promise<void> {
      const { client } = ctx.oidc;
      render(ctx, 'device-done', { appName: client?.clientName ?? client?.clientId ?? '' });
    },
  };
}

export type DevicePages = ReturnType<typeof createDevicePages>;

/**
 * Whether this browser has a session that can hold a form. When an error is shown the provider starts no session, and
 * would fail to save the secret of the form.
 */
function keepsSession(ctx: KoaContextWithOIDC): boolean {
  const { session } = ctx.oidc;
  const kept = typeof session?.exp === 'number';
  if (session && !kept) Object.assign(session, { touched: false });
  return kept;
}

function problemOf(ctx: KoaContextWithOIDC, error: Error): string {
  if (error instanceof TooManyGuesses) {
    return t('device.tooMany', { minutes: Math.ceil(error.retryAfter / 60) });
  }
  const name = error instanceof UserCodeTaken ? 'AlreadyUsedError' : error.name;
  const problem = PROBLEMS[name] ?? (ctx.oidc.entities.DeviceCode ? 'device.answered' : 'device.formExpired');
  return t(problem);
}
