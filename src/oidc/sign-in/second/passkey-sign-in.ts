import type Router from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import {
  askForPasskey,
  judgePasskey,
  type RightPasskey,
  usePasskeyWithin,
} from '../../../accounts/factors/passkey-sign-in.ts';
import { relyingPartyOf } from '../../../accounts/factors/passkeys.ts';
import { record, recordWithin } from '../../../audit/record.ts';
import { formFields } from '../../../http/input/form-fields.ts';
import { t } from '../../../texts/texts.ts';
import type { Details, FirstStep, InteractionParts } from '../interaction-parts.ts';
import { goTo, personAt, protectedDetails } from '../interaction-requests.ts';
import { tooMany } from '../password-sign-in.ts';
import { firstStepOf } from './first-step.ts';
import { goOnWith } from './second-step.ts';

const Form = z.object({ answer: z.string().max(20_000).default('') });

/**
 * Signing in with a passkey: in place of address and password, or after them. A challenge is for one interaction, which is this
 * browser's.
 */
export function addPasskeySignIn(
  router: Router,
  parts: InteractionParts,
  refuse: (ctx: Context, details: Details, first: FirstStep | undefined, problem: string) => Promise<void>,
): void {
  const { db, clock, work, attempts, passkeyAttempts, issuer } = parts;
  const party = relyingPartyOf(issuer);

  router.post('/passkey/options', formFields(), async (ctx) => {
    const details = await protectedDetails(parts, ctx, 'login');
    const accountId = firstStepOf(parts, details)?.accountId;
    ctx.set('Cache-Control', 'no-store');
    ctx.body = await askForPasskey(db, party, { accountId, visit: details.uid, now: clock() });
  });

  router.post('/passkey', formFields(), async (ctx) => {
    const details = await protectedDetails(parts, ctx, 'login');
    const first = firstStepOf(parts, details);
    const { wait, isNews } = await passkeyAttempts.begin(ctx);
    const { answer } = Form.parse(ctx.request.body);
    const right = wait ? undefined : await judgePasskey(db, party, answer);
    const isSecond = right !== undefined && first?.accountId === right.person.id;
    // Alone it has to know its owner; after the password of the same person it is enough that somebody holds it.
    if (right && (isSecond || right.verified)) {
      const { id: accountId, epoch } = isSecond ? { ...right.person, epoch: first.epoch } : right.person;
      const used = { ...right, person: { ...right.person, epoch } };
      const alone: FirstStep = { accountId, epoch, amr: [], at: 0 };
      const returnTo = await goOnWith(parts, ctx, isSecond ? first : alone, methodsOf(right, isSecond));
      if (await complete(ctx, details, used, isSecond && first.mustChange === true)) return goTo(ctx, returnTo);
    }
    const accountId = right?.person.id ?? first?.accountId;
    const failed = { type: 'account.sign_in_failed', reason: wait ? 'throttled' : 'second_factor' } as const;
    if (wait === 0 || isNews)
      await record(db, personAt(ctx, accountId), { ...failed, ...(accountId ? { accountId } : {}) }, clock());
    ctx.status = wait ? 429 : 400;
    if (wait) ctx.set('Retry-After', String(wait));
    await refuse(ctx, details, first, wait ? tooMany(wait) : t('factors.passkeyWrong'));
  });

  /** @returns whether the challenge was still there, and the person may sign in */
  function complete(ctx: Context, details: Details, right: RightPasskey, mustChange: boolean): Promise<boolean> {
    return work.settle(async (statement) => {
      const { id: accountId, email } = right.person;
      usePasskeyWithin(statement, right, { visit: details.uid, now: clock() });
      const about = { accountId, clientId: String(details.params.client_id), secondFactor: 'passkey' } as const;
      if (!mustChange)
        recordWithin(statement, personAt(ctx, accountId), { type: 'account.signed_in', ...about }, clock());
      await passkeyAttempts.succeeded(ctx, statement);
      attempts.remember(ctx, email);
    });
  }
}

/** RFC 8176: a key in hardware or one that is synced; a key that knows its owner is two factors, and so is one after a password. */
function methodsOf({ synced, verified }: RightPasskey, isSecond: boolean): string[] {
  const key = [synced ? 'swk' : 'hwk', 'user'];
  return [...key, ...(isSecond || verified ? ['mfa'] : [])];
}
