import type { Context } from 'koa';
import type { Provider } from 'oidc-provider';
import { type Consent, findConsent, mergeConsents, rememberConsentWithin } from '../../accounts/consents.ts';
import { speakTo } from '../../accounts/preferences.ts';
import type { Actor } from '../../audit/events.ts';
import { recordWithin } from '../../audit/record.ts';
import { findWhoAsksForWhat } from '../../clients/who-asks.ts';
import { isMissingReference } from '../../db/transaction.ts';
import { AppError } from '../../errors.ts';
import { digestOf, isWhatWasShown } from '../../http/shown.ts';
import { lockConsentOfPerson } from '../../revocation/epochs.ts';
import { consentOf as nameOfConsent } from '../sign-in/epochs.ts';
import type { Details, InteractionParts } from '../sign-in/interaction-parts.ts';
import { addToGrant } from './grants.ts';
import { consentOf, describe, resourcesOf } from './page.ts';

/** What a person is asked, in words and as it is granted, at this moment. */
async function questionOf(parts: InteractionParts, details: Details) {
  const { db } = parts;
  const clientId = String(details.params.client_id);
  const account = await parts.work.findPerson(details.session?.accountId ?? '');
  const client = await parts.provider().Client.find(clientId);
  if (!account || !client) throw new AppError('sign_in_expired');
  speakTo(account);
  const { who, asked } = await findWhoAsksForWhat(db, clientId, resourcesOf(details.params));
  const consent = await consentOf(db, details, asked);
  const page = {
    ...describe(details, consent, asked),
    appName: client.clientName ?? clientId,
    ...who,
    account: { name: account.name, email: account.email },
  };
  return { page, consent, meaning: [page, consent] };
}

interface Form {
  readonly action: string;
  readonly cancelAction: string;
  readonly csrf: string;
}

/** The page that asks. When it is no longer what the person saw, it is shown again and says so. */
export async function showConsent(
  parts: InteractionParts,
  ctx: Context,
  details: Details,
  { form, changed }: { form: Form; changed: boolean },
): Promise<void> {
  const { page, meaning } = await questionOf(parts, details);
  parts.render(ctx, 'consent', { ...form, ...page, shown: digestOf(meaning), changed });
}

interface Answer {
  readonly by: Actor;
  /** Saves with it that the interaction goes on with this grant. @returns where */
  readonly goOn: (grantId: string) => Promise<string>;
}

/**
 * Puts what the person agreed to into the grant, just that, and remembers it for the next session.
 * @returns where to go on; undefined when they were shown something else @throws {AppError} sign_in_expired
 */
export async function grantConsent(
  parts: InteractionParts,
  ctx: Context,
  details: Details,
  answer: Answer,
): Promise<string | undefined> {
  const { consent, meaning } = await questionOf(parts, details);
  if (!isWhatWasShown(ctx, meaning)) return undefined;
  const parties = { accountId: String(details.session?.accountId), clientId: String(details.params.client_id) };
  try {
    return await saveConsent(parts, { ...parties, grantId: details.grantId }, consent, answer);
  } catch (cause) {
    // The app was deleted in this moment.
    throw isMissingReference(cause) ? new AppError('sign_in_expired', { cause }) : cause;
  }
}

function saveConsent(
  { work, epochs, provider, clock }: InteractionParts,
  { accountId, clientId, grantId }: { accountId: string; clientId: string; grantId: string | undefined },
  consent: Consent,
  { by, goOn }: Answer,
): Promise<string> {
  const { Grant }: Provider = provider();
  return work.transaction(async (trx) => {
    // Who withdraws the consent at the same time has done so by now, or waits, and then ends this one too.
    const epoch = await lockConsentOfPerson(trx, { accountId, clientId });
    if (epoch === undefined) throw new AppError('sign_in_expired');
    epochs.note(nameOfConsent(accountId, clientId), epoch);
    const grant = (grantId && (await Grant.find(grantId))) || new Grant({ accountId, clientId });
    addToGrant(grant, consent);
    const returnTo = await goOn(await grant.save());
    const remembered = mergeConsents(await findConsent(trx, accountId, clientId), consent);
    const scopes = [...consent.oidcScopes, ...Object.values(consent.resources).flat()];
    await work.settle(async (statement) => {
      rememberConsentWithin(statement, { accountId, clientId }, remembered, clock());
      recordWithin(statement, by, { type: 'consent.given', accountId, clientId, scopes }, clock());
    });
    return returnTo;
  });
}
