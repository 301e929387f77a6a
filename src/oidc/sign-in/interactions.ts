import Router from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import { speakTo } from '../../accounts/preferences.ts';
import { findAskedApis } from '../../apis/asked-apis.ts';
import type { AuditEvent } from '../../audit/events.ts';
import { record } from '../../audit/record.ts';
import { findWhoAsks } from '../../clients/who-asks.ts';
import { AppError, errorCodes } from '../../errors.ts';
import type { RequestState } from '../../http/context.ts';
import { formFields } from '../../http/input/form-fields.ts';
import { type Again, grantConsent, showConsent } from '../consent/consent.ts';
import { permissionGroupsOf } from '../consent/page.ts';
import { writeBeforeAnswering } from '../storage/visits.ts';
import { signInsOf } from './epochs.ts';
import type { Details, InteractionParts } from './interaction-parts.ts';
import {
  appNameOf,
  conclude,
  detailsOf,
  formOf,
  goTo,
  loginOf,
  passkeyForm,
  pathOf,
  personAt,
  protectedDetails,
} from './interaction-requests.ts';
import { asksForMore, isStepUp, LEVEL_MISSING } from './levels.ts';
import { askForNewPassword, chooseNewPassword, showNewPassword } from './new-password.ts';
import { signInWithPassword } from './password-sign-in.ts';
import type { MissingScopes } from './role-prompt.ts';
import { addEnrolment } from './second/enrolment.ts';
import { firstStepOf } from './second/first-step.ts';
import { addPasskeySignIn } from './second/passkey-sign-in.ts';
import { addSecondStep, askForMore, showSecondStep } from './second/second-step.ts';
import { addAccountSelection, showAccounts } from './select-account.ts';

const NewPassword = z.object({
  email: z.string().max(320),
  password: z.string().max(2000),
  code: z.string().max(100),
});
const SignIn = z.object({ email: z.string().max(320), password: z.string().max(2000), csrf: z.string().optional() });

/** Sign-in and consent: where oidc-provider sends a browser when it needs a person. */
export function interactionRoutes(parts: InteractionParts): Router {
  const router = new Router({ prefix: '/interaction/:uid' });
  const form = formFields();
  router.use(writeBeforeAnswering(parts.work));

  router.get('/', async (ctx) => {
    const details = await detailsOf(parts, ctx);
    if (details.prompt.name === 'consent') return askConsent(parts, ctx, details, undefined);
    if (details.prompt.name === 'select_account') return showAccounts(parts, ctx, details);
    if (details.prompt.name === 'role') return showRoleMissing(parts, ctx, details);
    if (isStepUp(details)) return goTo(ctx, `${pathOf(details)}/second-step`);
    await showSignIn(parts, ctx, details, { email: loginHint(details), problem: undefined });
  });

  router.post('/sign-in', form, async (ctx) => {
    const details = await protectedDetails(parts, ctx, 'login');
    await signIn(parts, ctx, details, SignIn.parse(ctx.request.body));
  });
  router.get('/new-password', async (ctx) => {
    const details = await detailsOf(parts, ctx);
    const first = details.prompt.name === 'login' ? firstStepOf(parts, details) : undefined;
    const account = first?.proved ? await parts.work.findPerson(first.accountId) : undefined;
    if (!account) return goTo(ctx, pathOf(details));
    const code = await askForNewPassword(parts, ctx, account);
    showNewPassword(parts, ctx, details, { email: account.email, code, problem: undefined });
  });
  router.post('/new-password', form, async (ctx) => {
    const details = await protectedDetails(parts, ctx, 'login');
    const { code, ...credentials } = NewPassword.parse(ctx.request.body);
    const by = { actor: personAt(ctx), now: parts.clock() };
    const problem = await chooseNewPassword(parts, { code, password: credentials.password }, by);
    if (problem === undefined) return signIn(parts, ctx, details, credentials);
    ctx.status = 400;
    showNewPassword(parts, ctx, details, { email: credentials.email, code, problem });
  });

  addSecondStep(router, parts);
  addAccountSelection(router, parts);
  addEnrolment(router, parts);
  addPasskeySignIn(router, parts, async (ctx, details, first, problem) => {
    if (first) return showSecondStep(parts, ctx, details, first, { recovery: false, problem });
    await showSignIn(parts, ctx, details, { email: loginHint(details), problem });
  });

  router.post('/consent', form, async (ctx) => {
    const details = await protectedDetails(parts, ctx, 'consent');
    const by = personAt(ctx, details.session?.accountId);
    const goOn = (grantId: string) => conclude(parts, ctx, { consent: { grantId } });
    const verdict = await grantConsent(parts, ctx, details, { by, goOn });
    if ('again' in verdict) return askConsent(parts, ctx, details, verdict.again);
    goTo(ctx, verdict.returnTo);
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
    } else if (accountId && details.prompt.name !== 'select_account')
      await audit(parts, ctx, { type: 'consent.denied', accountId, clientId }, accountId);
    const description = isRefused ? "none of this person's roles allows what was asked for" : 'the person said no';
    // OpenID Connect Core Error Code unmet_authentication_requirements 1.0.
    const isUnmet = details.prompt.reasons.includes(LEVEL_MISSING);
    const error = isUnmet ? 'unmet_authentication_requirements' : 'access_denied';
    goTo(ctx, await conclude(parts, ctx, { error, error_description: description }));
  });

  return router;
}

/** Goes on with whoever gives the right password, or shows what is in the way. */
async function signIn(
  parts: InteractionParts,
  ctx: Context,
  details: Details,
  { email, password }: { email: string; password: string },
): Promise<void> {
  const needsMore = asksForMore(details.params);
  const wanted = { email, password, clientId: String(details.params.client_id), actor: personAt(ctx), needsMore };
  const verdict = await signInWithPassword(parts, ctx, wanted, ({ account, hasSecondFactor }) => {
    if (hasSecondFactor || needsMore) return askForMore(parts, ctx, account);
    parts.epochs.note(signInsOf(account.id), account.sign_in_epoch);
    return conclude(parts, ctx, { login: loginOf(account.id, ['pwd']) });
  });
  if (verdict.ok) return goTo(ctx, verdict.returnTo);
  if ('mustChange' in verdict) {
    const code = await askForNewPassword(parts, ctx, verdict.mustChange);
    return showNewPassword(parts, ctx, details, { email, code, problem: undefined });
  }
  ctx.state.happened = 'sign_in_failed' satisfies RequestState['happened'];
  ctx.status = verdict.retryAfter ? 429 : 400;
  if (verdict.retryAfter) ctx.set('Retry-After', String(verdict.retryAfter));
  await showSignIn(parts, ctx, details, { email, problem: verdict.problem });
}

async function askConsent(
  parts: InteractionParts,
  ctx: Context,
  details: Details,
  again: Again | undefined,
): Promise<void> {
  if (again) ctx.status = again === 'changed' ? errorCodes.page_changed.status : errorCodes.invalid_request.status;
  await showConsent(parts, ctx, details, { form: formOf(parts, details, 'consent'), again });
}

async function showSignIn(
  parts: InteractionParts,
  ctx: Context,
  details: Details,
  form: { email: string; problem: string | undefined },
): Promise<void> {
  parts.render(ctx, 'sign-in', {
    ...formOf(parts, details, 'sign-in'),
    forgot: `/forgot?visit=${details.uid}`,
    appName: await appNameOf(parts, details),
    ...(await findWhoAsks(parts.db, String(details.params.client_id))),
    passkey: passkeyForm(details, 'find', false),
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
  const { team, verified } = await findWhoAsks(parts.db, clientId);
  parts.render(ctx, 'role-missing', {
    cancelAction,
    csrf,
    appName: await appNameOf(parts, details),
    account: { name: account.name, email: account.email },
    team,
    verified,
    permissionGroups: permissionGroupsOf(missing, await findAskedApis(parts.db, clientId, Object.keys(missing))),
  });
}

function loginHint(details: Details): string {
  const hint = details.params.login_hint;
  return typeof hint === 'string' && hint.length <= 254 ? hint : '';
}

async function audit(parts: InteractionParts, ctx: Context, event: AuditEvent, accountId?: string): Promise<void> {
  await record(parts.db, personAt(ctx, accountId), event, parts.clock());
}
