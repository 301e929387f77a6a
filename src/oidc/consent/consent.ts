import type { Context } from 'koa';
import type { Client } from 'oidc-provider';
import type { Decided } from '../../accounts/consents/consents.ts';
import { type Consent, isNothing } from '../../accounts/consents/scopes.ts';
import { speakTo } from '../../accounts/preferences.ts';
import type { Actor } from '../../audit/events.ts';
import { findWhoAsksForWhat, type WhoAsksForWhat } from '../../clients/who-asks.ts';
import { isMissingReference } from '../../db/transaction.ts';
import { AppError } from '../../errors.ts';
import { digestOf, isWhatWasShown } from '../../http/shown.ts';
import type { Details, InteractionParts } from '../sign-in/interaction-parts.ts';
import { choicesAsSent, choicesOf, decide, tickedIn } from './choices.ts';
import { type ChoiceOf, consentOf, describe, resourcesOf } from './page.ts';
import { saveConsent } from './save.ts';

/** What a person is asked at this moment. */
interface Question extends WhoAsksForWhat {
  readonly details: Details;
  readonly client: Client;
  readonly account: { readonly name: string; readonly email: string };
  readonly consent: Consent;
  readonly choiceOf: ChoiceOf;
}

async function questionOf(parts: InteractionParts, details: Details): Promise<Question> {
  const { db } = parts;
  const clientId = String(details.params.client_id);
  const account = await parts.work.findPerson(details.session?.accountId ?? '');
  const client = await parts.provider().Client.find(clientId);
  if (!account || !client) throw new AppError('sign_in_expired');
  speakTo(account);
  const found = await findWhoAsksForWhat(db, { clientId, accountId: account.id }, resourcesOf(details.params));
  const consent = await consentOf(db, details, found.asked);
  return { ...found, details, client, account, consent, choiceOf: choicesOf(client, found.decided) };
}

/** The same in words, with the boxes as they stand. */
function pageOf({ details, client, who, account, consent, asked }: Question, choiceOf: ChoiceOf) {
  const described = describe(details, consent, asked, choiceOf);
  const permissions = described.permissionGroups.flatMap((group) => group.permissions);
  return {
    ...described,
    hasChoices: [...permissions, ...(described.offline ? [described.offline] : [])].some(({ choice }) => choice),
    appName: client.clientName ?? client.clientId,
    ...who,
    account: { name: account.name, email: account.email },
  };
}

/** What a page says, in words and as it would be granted, before anybody has touched it. */
const meaningOf = (question: Question) => [pageOf(question, question.choiceOf), question.consent];

interface Form {
  readonly action: string;
  readonly cancelAction: string;
  readonly csrf: string;
}

/** Why a page comes again: it is no longer what the person saw, or they left out all that it asks for. */
export type Again = 'changed' | 'nothing ticked';

export async function showConsent(
  parts: InteractionParts,
  ctx: Context,
  details: Details,
  { form, again }: { form: Form; again: Again | undefined },
): Promise<void> {
  const question = await questionOf(parts, details);
  const choiceOf = again ? choicesAsSent(question.choiceOf, tickedIn(ctx)) : question.choiceOf;
  parts.render(ctx, 'consent', {
    ...form,
    ...pageOf(question, choiceOf),
    shown: digestOf(meaningOf(question)),
    changed: again === 'changed',
    leftAllOut: again === 'nothing ticked',
  });
}

interface Answer {
  readonly by: Actor;
  /** Saves with it that the interaction goes on with this grant. @returns where */
  readonly goOn: (grantId: string) => Promise<string>;
}

/**
 * Puts what the person agreed to into the grant, just that, and remembers it for the next session.
 * @returns where to go on, or why the page comes again @throws {AppError} sign_in_expired
 */
export async function grantConsent(
  parts: InteractionParts,
  ctx: Context,
  details: Details,
  answer: Answer,
): Promise<{ readonly returnTo: string } | { readonly again: Again }> {
  const question = await questionOf(parts, details);
  if (!isWhatWasShown(ctx, meaningOf(question))) return { again: 'changed' };
  const decided = decide(question.consent, choicesAsSent(question.choiceOf, tickedIn(ctx)));
  if (isNothing(decided.given) && !isNothing(decided.leftOut)) return { again: 'nothing ticked' };
  return { returnTo: await save(parts, details, decided, answer) };
}

async function save(parts: InteractionParts, details: Details, decided: Decided, answer: Answer): Promise<string> {
  const parties = { accountId: String(details.session?.accountId), clientId: String(details.params.client_id) };
  try {
    return await saveConsent(parts, { ...parties, grantId: details.grantId }, decided, answer);
  } catch (cause) {
    // The app was deleted in this moment.
    throw isMissingReference(cause) ? new AppError('sign_in_expired', { cause }) : cause;
  }
}
