import type { Grant, Provider } from 'oidc-provider';
import { type Decided, findConsentOf, rememberConsentWithin } from '../../accounts/consents/consents.ts';
import { common, isNothing, merge, NOTHING, namesOf, without } from '../../accounts/consents/scopes.ts';
import type { Actor } from '../../audit/events.ts';
import { recordWithin } from '../../audit/record.ts';
import type { Db } from '../../db/connections/connection.ts';
import { AppError } from '../../errors.ts';
import { endTokensOfConsent } from '../../revocation/artifacts.ts';
import { endConsent, lockConsent, lockConsentOfPerson, type Parties } from '../../revocation/epochs.ts';
import { revokeAll } from '../../revocation/revoke.ts';
import { consentOf as nameOfConsent } from '../sign-in/epochs.ts';
import type { InteractionParts } from '../sign-in/interaction-parts.ts';
import { addToGrant } from './granted.ts';

interface Answer {
  readonly by: Actor;
  readonly goOn: (grantId: string) => Promise<string>;
}

/**
 * One transaction: the grant, what is remembered of the person's decisions, and the interaction that goes on. Whoever takes
 * back what they agreed to earlier ends all that was given by it, in every session; they stay signed in, and the app gets a
 * new grant with the rest.
 */
export function saveConsent(
  { work, epochs, provider, clock }: InteractionParts,
  { grantId, ...parties }: Parties & { readonly grantId: string | undefined },
  decided: Decided,
  { by, goOn }: Answer,
): Promise<string> {
  const { Grant }: Provider = provider();
  return work.transaction(async (trx) => {
    // Who withdraws the consent at the same time has done so by now, or waits, and then ends this one too.
    const epoch = await lockConsentOfPerson(trx, parties);
    if (epoch === undefined) throw new AppError('sign_in_expired');
    const before = (await findConsentOf(trx, parties.accountId, parties.clientId)).decided;
    const remembered = decideMore(before, decided);
    const isNarrower = before !== undefined && !isNothing(common(decided.leftOut, before.given));
    epochs.note(nameOfConsent(parties.accountId, parties.clientId), isNarrower ? await endWider(trx, parties) : epoch);
    const found: Grant | undefined = isNarrower || !grantId ? undefined : await Grant.find(grantId);
    const grant = found ?? new Grant(parties);
    addToGrant(grant, isNarrower ? remembered : decided);
    const returnTo = await goOn(await grant.save());
    const scopes = namesOf(decided.given);
    const leftOut = namesOf(decided.leftOut);
    await work.settle(async (statement) => {
      rememberConsentWithin(statement, parties, remembered, clock());
      const event = { type: 'consent.given', ...parties, scopes } as const;
      recordWithin(statement, by, leftOut.length > 0 ? { ...event, leftOut } : event, clock());
    });
    return returnTo;
  });
}

/** The decisions of both times; about the same scope the later one counts. */
function decideMore(before: Decided | undefined, { given, leftOut }: Decided): Decided {
  const { given: agreed, leftOut: refused } = before ?? { given: NOTHING, leftOut: NOTHING };
  return { given: merge(without(agreed, leftOut), given), leftOut: merge(without(refused, given), leftOut) };
}

/** Ends every grant and token by what was agreed to until now. @returns the epoch from now on */
async function endWider(trx: Db, parties: Parties): Promise<number> {
  const { accountId, clientId } = parties;
  await endConsent(trx, parties);
  const ended = await endTokensOfConsent(trx, accountId, clientId);
  const reason = 'consent withdrawn';
  await revokeAll(
    trx,
    ended.map((value) => ({ kind: 'grant', value, reason, clientId })),
  );
  return lockConsent(trx, parties);
}
