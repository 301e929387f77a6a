import type Router from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import { requireSignIns } from '../../../accounts/accounts.ts';
import { findFactors } from '../../../accounts/factors/find-factors.ts';
import { qrCodeOf } from '../../../accounts/factors/qr-code.ts';
import { beginTotp, confirmTotp } from '../../../accounts/factors/totp.ts';
import { speakTo } from '../../../accounts/preferences.ts';
import { recordWithin } from '../../../audit/record.ts';
import { formFields } from '../../../http/input/form-fields.ts';
import { t } from '../../../texts/texts.ts';
import { signInsOf } from '../epochs.ts';
import type { Details, FirstStep, InteractionParts } from '../interaction-parts.ts';
import {
  appNameOf,
  conclude,
  detailsOf,
  formOf,
  goTo,
  loginOf,
  pathOf,
  personAt,
  protectedDetails,
} from '../interaction-requests.ts';
import { firstStepOf } from './first-step.ts';

const Code = z.object({ code: z.string().max(100) });

/** Who needs a second factor and has none sets up an authenticator app on the way, and is signed in with its first code. */
export function addEnrolment(router: Router, parts: InteractionParts): void {
  const { db, masterKeys, outbox, clock } = parts;

  router.get('/set-up', async (ctx) => {
    const details = await detailsOf(parts, ctx);
    const first = await mayEnrol(details);
    if (!first) return goTo(ctx, pathOf(details));
    await show(ctx, details, first, undefined);
  });

  router.post('/set-up', formFields(), async (ctx) => {
    const details = await protectedDetails(parts, ctx, 'login');
    const first = await mayEnrol(details);
    const owner = first && (await parts.work.findPerson(first.accountId));
    if (!first || !owner) return goTo(ctx, pathOf(details));
    const code = Code.parse(ctx.request.body).code.replace(/\s/g, '');
    const by = { actor: personAt(ctx, owner.id), now: clock() };
    if (!(await confirmTotp(db, { masterKeys, outbox }, { owner, visit: details.uid, code }, by))) {
      ctx.status = 400;
      return show(ctx, details, first, t('factors.confirmWrong'));
    }
    parts.epochs.note(signInsOf(first.accountId), first.epoch);
    const returnTo = await conclude(parts, ctx, { login: loginOf(first.accountId, [...first.amr, 'otp', 'mfa']) });
    goTo(ctx, (await complete(ctx, details, first)) ? returnTo : pathOf(details));
  });

  /** A first step whose person has nothing else yet: whoever only knows the password of a person who has is not to add to it. */
  async function mayEnrol(details: Details): Promise<FirstStep | undefined> {
    const first = details.prompt.name === 'login' ? firstStepOf(parts, details) : undefined;
    if (!first) return undefined;
    const { totp, passkeys } = await findFactors(db, first.accountId);
    return totp || passkeys > 0 ? undefined : first;
  }

  function complete(ctx: Context, details: Details, { accountId, epoch }: FirstStep): Promise<boolean> {
    return parts.work.settle(async (statement) => {
      requireSignIns(statement, { id: accountId, epoch });
      const about = { accountId, clientId: String(details.params.client_id), secondFactor: 'totp' } as const;
      recordWithin(statement, personAt(ctx, accountId), { type: 'account.signed_in', ...about }, clock());
    });
  }

  async function show(ctx: Context, details: Details, { accountId }: FirstStep, problem: string | undefined) {
    const account = await parts.work.findPerson(accountId);
    const begun = account && (await beginTotp(db, masterKeys, { owner: account, visit: details.uid }, clock()));
    if (!account || !begun) return goTo(ctx, pathOf(details));
    speakTo(account);
    parts.render(ctx, 'set-up', {
      ...formOf(parts, details, 'set-up'),
      appName: await appNameOf(parts, details),
      seed: begun.seed,
      qr: qrCodeOf(begun.address),
      problem,
    });
  }
}
