import type { Context } from 'koa';
import { ZodError } from 'zod';
import { AppError, wordsOf } from '../../errors.ts';
import { findOffers, MOST_AT_ONCE, type OfferedForApp } from '../../subscriptions/offers.ts';
import { requestSubscription } from '../../subscriptions/requests.ts';
import { findAccess } from '../../teams/members.ts';
import { t } from '../../texts/texts.ts';
import type { ApiOffers } from '../../views/models/apps.ts';
import { hintOf } from '../apis/present.ts';
import { type FormState, textOf } from '../forms.ts';
import type { Area } from '../parts.ts';
import { listOf } from '../roles/presenter.ts';
import { visitorOf } from '../visits.ts';

type Fields = FormState['values'];

/** Of so few APIs the scopes are shown at once. */
const FEW = 3;

/** What a new app asks for: scopes by the id of their API, and why. */
export interface FirstApis {
  readonly picks: readonly { readonly api: OfferedForApp; readonly scopes: readonly string[] }[];
  readonly reason: string;
}

/** Someone typed what to look for and has not seen what there is: then Enter looks, and makes no app. */
export const asksToLook = (fields: Fields) =>
  textOf(fields.create) === '' && textOf(fields.find).trim() !== textOf(fields.found);

/** A box says its API and its scope, because APIs may have scopes of the same name. */
const boxOf = (api: string, scope: string) => `${api} ${scope}`;

/** The scopes that are picked, by the id of their API. */
function picksIn(fields: Fields): Map<string, string[]> {
  const picks = new Map<string, string[]>();
  for (const box of listOf(fields.scopes)) {
    const [api = '', scope = ''] = box.split(' ');
    picks.set(api, [...(picks.get(api) ?? []), scope]);
  }
  return picks;
}

/** The APIs that a new app can ask for: those of which something is picked, and those that were looked for. */
export async function presentOffers({ db }: Area, ctx: Context, { values }: FormState): Promise<ApiOffers> {
  const picks = picksIn(values);
  const search = textOf(values.find).trim().slice(0, 100);
  const chosen = [...picks.keys(), textOf(values.api)].filter(Boolean).slice(0, MOST_AT_ONCE);
  const { offers, more } = await findOffers(db, { search, chosen }, visitorOf(ctx).by);
  return {
    search,
    more,
    offers: offers.map(({ id, name, identifier, teamName, scopes }) => ({
      name,
      identifier,
      facts: t('apps.offerFacts', { count: scopes.length, team: teamName ?? t('apps.theOperator') }),
      open: offers.length <= FEW || chosen.includes(id),
      scopes: scopes.map((scope) => ({
        box: boxOf(id, scope.name),
        name: scope.name,
        description: scope.description,
        hint: scope.needs_role ? hintOf(scope) : '',
        waits: scope.needs_approval,
        checked: picks.get(id)?.includes(scope.name) ?? false,
      })),
    })),
  };
}

/** What was picked, judged before an app is made for it. @throws {ZodError} at `scopes` or `reason` */
export async function readFirstApis({ db }: Area, ctx: Context, fields: Fields): Promise<FirstApis> {
  const picked = picksIn(fields);
  const reason = textOf(fields.reason).trim();
  if (picked.size === 0) return { picks: [], reason };
  if (picked.size > MOST_AT_ONCE) throw problem('scopes', t('apps.pickFewer', { most: MOST_AT_ONCE }));
  const { offers } = await findOffers(db, { chosen: [...picked.keys()] }, visitorOf(ctx).by);
  const picks = [...picked].map(([id, scopes]) => {
    const api = offers.find((offer) => offer.id === id);
    const known = scopes.every((scope) => api?.scopes.some(({ name }) => name === scope));
    if (!api || !known) throw problem('scopes', t('apps.pickAgain'));
    return { api, scopes };
  });
  const waits = picks.some(({ api, scopes }) => waitingOf(api, scopes).length > 0);
  if (waits && reason === '') {
    throw problem('reason', t('apps.sayWhy'));
  }
  return { picks, reason };
}

const waitingOf = ({ scopes: offered }: OfferedForApp, scopes: readonly string[]) =>
  scopes.filter((scope) => offered.some(({ name, needs_approval }) => needs_approval && name === scope));

const problem = (field: string, message: string) =>
  new ZodError([{ code: 'custom', path: [field], message, input: undefined }]);

/** Asks for what was picked, for an app that was made just now. @returns what came of it, in words to go on with */
export async function askForFirstApis(
  area: Area,
  ctx: Context,
  { clientId, picks, reason }: { clientId: string } & FirstApis,
): Promise<string> {
  const { account, by } = visitorOf(ctx);
  // The app's team may be as new as the app.
  const access = picks.length > 0 ? await findAccess(area.db, account.id) : undefined;
  let words = '';
  for (const { api, scopes } of picks) {
    const waiting = waitingOf(api, scopes);
    const live = scopes.filter((scope) => !waiting.includes(scope));
    try {
      const request = { clientId, api: api.id, scopes: [...scopes], reason };
      await requestSubscription(area.db, area.outbox, request, access ? { ...by, access } : by);
      if (live.length > 0) words += ` ${t('apps.mayUse', { scopes: live.join(', '), api: api.name })}`;
      if (waiting.length > 0) {
        const asked = { team: api.teamName ?? '', scopes: waiting.join(', ') };
        words += ` ${api.teamName ? t('apps.teamWasAsked', asked) : t('apps.operatorWasAsked', { scopes: asked.scopes })}`;
      }
    } catch (error) {
      // The app is there, and its secret is shown just once: what went wrong with an API is said beside it.
      if (!(error instanceof AppError)) throw error;
      words += ` ${t('apps.gotNothing', { api: api.name, why: wordsOf(error).message })}`;
    }
  }
  return words;
}
