import type { Context } from 'koa';
import type { Client } from 'oidc-provider';
import type { Decided } from '../../accounts/consents/consents.ts';
import { type Consent, common, isNothing, NOTHING, without } from '../../accounts/consents/scopes.ts';
import { speakTo } from '../../accounts/preferences.ts';
import type { AskedApi } from '../../apis/asked-apis.ts';
import type { Actor } from '../../audit/events.ts';
import { findWhoAsksForWhat, type WhoAsksForWhat } from '../../clients/who-asks.ts';
import { isMissingReference } from '../../db/transaction.ts';
import { AppError } from '../../errors.ts';
import { digestOf, isWhatWasShown } from '../../http/shown.ts';
import type { Details, InteractionParts } from '../sign-in/interaction-parts.ts';
import { beyond } from './beyond.ts';
import { choicesAsSent, choicesOf, decide, tickedIn } from './choices.ts';
import { lastingInWords } from './lasting.ts';
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

/** The same in words, with the boxes as they stand. What is new stands apart from what the person agreed to earlier. */
function pageOf({ details, client, who, account, consent, asked, decided }: Question, choiceOf: ChoiceOf) {
  const described = describe(details, consent, asked, choiceOf);
  const agreed = common(consent, decided?.given ?? NOTHING);
  const fresh = without(consent, agreed);
  const groupsOf = (part: Consent) => describe(details, part, asked, choiceOf).permissionGroups;
  const isSplit = !isNothing(agreed) && groupsOf(fresh).length > 0;
  const permissionGroups = isSplit ? groupsOf(fresh) : described.permissionGroups;
  const boxes = described.permissionGroups.flatMap((group) => group.permissions.map(({ choice }) => choice));
  return {
    ...described,
    permissionGroups: permissionGroups.map((group) => ({ ...group, beyond: beyondOf(group.api, consent, asked) })),
    earlier: isSplit ? groupsOf(agreed) : [],
    hasChoices: [...boxes, described.offline?.choice].some((choice) => choice !== undefined),
    lasting: lastingInWords(client, { asked, offline: described.offline }),
    appName: client.clientName ?? client.clientId,
    ...who,
    account: { name: account.name, email: account.email },
  };
}

function beyondOf(identifier: string | undefined, { resources }: Consent, asked: readonly AskedApi[]) {
  const appApi = asked.find(({ api }) => api.identifier === identifier);
  return appApi && beyond(resources[appApi.api.identifier] ?? [], appApi);
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
