import type Router from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import { findFactors } from '../../../accounts/factors/find-factors.ts';
import { speakTo } from '../../../accounts/preferences.ts';
import type { Account } from '../../../db/tables/tables.ts';
import type { RequestState } from '../../../http/context.ts';
import { formFields } from '../../../http/input/form-fields.ts';
import { signInsOf } from '../epochs.ts';
import type { Details, FirstStep, InteractionParts } from '../interaction-parts.ts';
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
} from '../interaction-requests.ts';
import { levelAsked } from '../levels.ts';
import { signInWithCode } from './code-sign-in.ts';
import { firstStepOf } from './first-step.ts';

const Code = z.object({ code: z.string().max(100), recovery: z.string().optional() });

/** Keeps the first step in the interaction, which only this browser goes on with. @returns where it goes on */
export async function askForMore(
  parts: InteractionParts,
  ctx: Context,
  { id, sign_in_epoch: epoch, new_password_since: since }: Pick<Account, 'id' | 'sign_in_epoch' | 'new_password_since'>,
): Promise<string> {
  const at = Math.floor(parts.clock().getTime() / 1000);
  const firstStep: FirstStep = { accountId: id, amr: ['pwd'], epoch, at, mustChange: since !== null };
  await conclude(parts, ctx, { firstStep });
  return `/interaction/${ctx.params.uid}/second-step`;
}

/** Signs in who has given both factors, or asks for the new password that has to come first. @returns where the browser goes */
export async function goOnWith(
  parts: InteractionParts,
  ctx: Context,
  first: FirstStep,
  methods: readonly string[],
): Promise<string> {
  if (first.mustChange) {
    await conclude(parts, ctx, { firstStep: { ...first, proved: true } });
    return `/interaction/${ctx.params.uid}/new-password`;
  }
  parts.epochs.note(signInsOf(first.accountId), first.epoch);
  return conclude(parts, ctx, { login: loginOf(first.accountId, [...first.amr, ...methods]) });
}

/** The second step of a sign-in, for apps and the portal alike. */
export function addSecondStep(router: Router, parts: InteractionParts): void {
  router.get('/second-step', async (ctx) => {
    const details = await detailsOf(parts, ctx);
    const first = details.prompt.name === 'login' ? firstStepOf(parts, details) : undefined;
    if (!first) return goTo(ctx, pathOf(details));
    await showSecondStep(parts, ctx, details, first, {
      recovery: ctx.query.recovery !== undefined,
      problem: undefined,
    });
  });

  router.post('/second-step', formFields(), async (ctx) => {
    const details = await protectedDetails(parts, ctx, 'login');
    const first = firstStepOf(parts, details);
    if (!first) return goTo(ctx, pathOf(details));
    const { code: typed, recovery } = Code.parse(ctx.request.body);
    const { accountId } = first;
    const actor = personAt(ctx, accountId);
    const signIn = { first, typed, clientId: String(details.params.client_id), actor };
    const verdict = await signInWithCode(parts, ctx, signIn, (methods) => goOnWith(parts, ctx, first, methods));
    if (verdict.ok) return goTo(ctx, verdict.returnTo);
    ctx.state.happened = 'sign_in_failed' satisfies RequestState['happened'];
    ctx.status = verdict.retryAfter ? 429 : 400;
    if (verdict.retryAfter) ctx.set('Retry-After', String(verdict.retryAfter));
    await showSecondStep(parts, ctx, details, first, { recovery: recovery !== undefined, problem: verdict.problem });
  });
}

export async function showSecondStep(
  parts: InteractionParts,
  ctx: Context,
  details: Details,
  { accountId }: FirstStep,
  { recovery, problem }: { recovery: boolean; problem: string | undefined },
): Promise<void> {
  const [account, factors] = await Promise.all([parts.work.findPerson(accountId), findFactors(parts.db, accountId)]);
  if (!account) return goTo(ctx, pathOf(details));
  const needsPasskey = levelAsked(details.params) === 'phr';
  if (!factors.totp && factors.passkeys === 0 && !needsPasskey) return goTo(ctx, `${pathOf(details)}/set-up`);
  speakTo(account);
  parts.render(ctx, 'second-step', {
    ...formOf(parts, details, 'second-step'),
    startAgain: pathOf(details),
    appName: await appNameOf(parts, details),
    email: account.email,
    hasCodes: factors.totp !== undefined && !needsPasskey,
    needsPasskey,
    passkey: factors.passkeys > 0 ? passkeyForm(details, 'use', factors.totp === undefined) : undefined,
    recovery,
    otherWay: `${pathOf(details)}/second-step${recovery ? '' : '?recovery'}`,
    problem,
  });
}
