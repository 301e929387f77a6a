import Router from '@koa/router';
import type { Context } from 'koa';
import { errors, type Provider } from 'oidc-provider';
import { z } from 'zod';
import { speakTo } from '../../accounts/preferences.ts';
import { findAskedApis } from '../../apis/asked-apis.ts';
import type { Actor, AuditEvent } from '../../audit/events.ts';
import { record } from '../../audit/record.ts';
import { findUnverifiedTeam, findWhoAsks } from '../../clients/who-asks.ts';
import { AppError, errorCodes } from '../../errors.ts';
import type { RequestState } from '../../http/context.ts';
import { csrfToken, requireCsrf } from '../../http/csrf.ts';
import { formFields } from '../../http/input/form-fields.ts';
import { languageOfLocales } from '../../texts/match.ts';
import { speak } from '../../texts/speech.ts';
import { t } from '../../texts/texts.ts';
import { grantConsent, showConsent } from '../consent/consent.ts';
import { permissionGroupsOf } from '../consent/page.ts';
import { writeBeforeAnswering } from '../storage/visits.ts';
import { signInsOf } from './epochs.ts';
import type { Details, InteractionParts } from './interaction-parts.ts';
import { signInWithPassword } from './password-sign-in.ts';
import type { MissingScopes } from './role-prompt.ts';
import { mayGoTo } from './second-looks.ts';

const SignIn = z.object({ email: z.string().max(320), password: z.string().max(2000), csrf: z.string().optional() });

/** Sign-in and consent: where oidc-provider sends a browser when it needs a person. */
export function interactionRoutes(parts: InteractionParts): Router {
  const router = new Router({ prefix: '/interaction/:uid' });
  const form = formFields();
  router.use(writeBeforeAnswering(parts.work));

  router.get('/', async (ctx) => {
    const details = await detailsOf(parts, ctx);
    if (details.prompt.name === 'consent') return askConsent(parts, ctx, details, false);
    if (details.prompt.name === 'role') return showRoleMissing(parts, ctx, details);
    await showSignIn(parts, ctx, details, { email: loginHint(details), problem: undefined });
  });

  router.post('/sign-in', form, async (ctx) => {
    const details = await protectedDetails(parts, ctx, 'login');
    const { email, password } = SignIn.parse(ctx.request.body);
    const signIn = { email, password, clientId: String(details.params.client_id), actor: personAt(ctx) };
    const verdict = await signInWithPassword(parts, ctx, signIn, ({ id, sign_in_epoch: epoch }) => {
      parts.epochs.note(signInsOf(id), epoch);
      return conclude(parts, ctx, { login: { accountId: id, amr: ['pwd'] } });
    });
    if (verdict.ok) return goTo(ctx, verdict.returnTo);
    ctx.state.happened = 'sign_in_failed' satisfies RequestState['happened'];
    ctx.status = verdict.retryAfter ? 429 : 400;
    if (verdict.retryAfter) ctx.set('Retry-After', String(verdict.retryAfter));
    await showSignIn(parts, ctx, details, { email, problem: verdict.problem });
  });

  router.post('/consent', form, async (ctx) => {
    const details = await protectedDetails(parts, ctx, 'consent');
    const by = personAt(ctx, details.session?.accountId);
    const goOn = (grantId: string) => conclude(parts, ctx, { consent: { grantId } });
    const returnTo = await grantConsent(parts, ctx, details, { by, goOn });
    if (returnTo === undefined) return askConsent(parts, ctx, details, true);
    goTo(ctx, returnTo);
  });

  router.post('/cancel', form, async (ctx) => {
    const details = await protectedDetails(parts, ctx);
    const accountId = details.session?.accountId;
    const clientId = String(details.params.client_id);
    const isRefused = details.prompt.name === 'role';
    if (accountId && isRefused) {
      // Told when the app is told: looking at the page, or reloading it, changes nothing.
      const scopes = Object.values(details.prompt.details.missingScopes as MissingScopes).flat();
      await audit(parts, ctx, { type: 'authorization.denied', accountId, clientId, scopes }, accountId);
    } else if (accountId) await audit(parts, ctx, { type: 'consent.denied', accountId, clientId }, accountId);
    const description = isRefused ? "none of this person's roles allows what was asked for" : 'the person said no';
    goTo(ctx, await conclude(parts, ctx, { error: 'access_denied', error_description: description }));
  });

  return router;
}

/** The interaction of this browser. The path must name the one in its cookie. */
async function detailsOf(parts: InteractionParts, ctx: Context): Promise<Details> {
  try {
    const details = await parts.provider().interactionDetails(ctx.req, ctx.res);
    speak(languageOfLocales(details.params.ui_locales), 'app');
    if (details.uid !== ctx.params.uid) throw new AppError('sign_in_expired');
    await requireApp(parts, details);
    return details;
  } catch (error) {
    if (error instanceof errors.SessionNotFound) throw new AppError('sign_in_expired', { cause: error });
    throw error;
  }
}

/** The app that it is for, which may have ended or changed since. @throws {AppError} sign_in_expired */
async function requireApp(parts: InteractionParts, { params }: Details): Promise<void> {
  const client = await parts.provider().Client.find(String(params.client_id));
  if (client && mayGoTo(client, params.redirect_uri)) return;
  throw new AppError('sign_in_expired', { detail: client ? t('signIn.appHasMoved') : t('signIn.appIsGone') });
}

async function protectedDetails(parts: InteractionParts, ctx: Context, prompt?: 'login' | 'consent'): Promise<Details> {
  const details = await detailsOf(parts, ctx);
  const { csrf } = z.object({ csrf: z.unknown().optional() }).parse(ctx.request.body ?? {});
  requireCsrf(ctx, { cookieKeys: parts.cookieKeys, visit: details.uid, issuer: parts.issuer, token: csrf });
  if (prompt && details.prompt.name !== prompt) throw new AppError('sign_in_expired');
  return details;
}

/** Saves what the person has said. @returns where the browser goes then */
const conclude = (parts: InteractionParts, ctx: Context, result: Parameters<Provider['interactionResult']>[2]) =>
  parts.provider().interactionResult(ctx.req, ctx.res, result, { mergeWithLastSubmission: 'consent' in result });

function goTo(ctx: Context, returnTo: string): void {
  ctx.set('Cache-Control', 'no-store');
  ctx.redirect(returnTo);
  ctx.status = 303;
}

async function askConsent(parts: InteractionParts, ctx: Context, details: Details, changed: boolean): Promise<void> {
  if (changed) ctx.status = errorCodes.page_changed.status;
  await showConsent(parts, ctx, details, { form: formOf(parts, details, 'consent'), changed });
}

async function showSignIn(
  parts: InteractionParts,
  ctx: Context,
  details: Details,
  form: { email: string; problem: string | undefined },
): Promise<void> {
  parts.render(ctx, 'sign-in', {
    ...formOf(parts, details, 'sign-in'),
    appName: await appNameOf(parts, details),
    ...(await findWhoAsks(parts.db, String(details.params.client_id))),
    ...form,
  });
}

/** Says why there is nothing to agree to. */
async function showRoleMissing(parts: InteractionParts, ctx: Context, details: Details): Promise<void> {
  const account = await parts.work.findPerson(details.session?.accountId ?? '');
  if (!account) throw new AppError('sign_in_expired');
  speakTo(account);
  const clientId = String(details.params.client_id);
  const missing = details.prompt.details.missingScopes as MissingScopes;
  const { cancelAction, csrf } = formOf(parts, details, 'cancel');
  parts.render(ctx, 'role-missing', {
    cancelAction,
    csrf,
    appName: await appNameOf(parts, details),
    account: { name: account.name, email: account.email },
    team: await findUnverifiedTeam(parts.db, clientId),
    permissionGroups: permissionGroupsOf(missing, await findAskedApis(parts.db, clientId, Object.keys(missing))),
  });
}

function formOf(parts: InteractionParts, details: Details, action: string) {
  const base = `/interaction/${details.uid}`;
  return {
    action: `${base}/${action}`,
    cancelAction: `${base}/cancel`,
    csrf: csrfToken(parts.cookieKeys, details.uid),
  };
}

async function appNameOf(parts: InteractionParts, details: Details): Promise<string> {
  const client = await parts.provider().Client.find(String(details.params.client_id));
  return client?.clientName ?? String(details.params.client_id);
}

function loginHint(details: Details): string {
  const hint = details.params.login_hint;
  return typeof hint === 'string' && hint.length <= 254 ? hint : '';
}

function personAt(ctx: Context, accountId?: string): Actor {
  return { type: 'account', ...(accountId ? { id: accountId } : {}), ip: ctx.ip, requestId: ctx.state.requestId };
}

async function audit(parts: InteractionParts, ctx: Context, event: AuditEvent, accountId?: string): Promise<void> {
  await record(parts.db, personAt(ctx, accountId), event, parts.clock());
}
