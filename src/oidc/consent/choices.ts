import type { Context } from 'koa';
import type { Client } from 'oidc-provider';
import type { Decided } from '../../accounts/consents/consents.ts';
import { type Consent, filterConsent, has, without } from '../../accounts/consents/scopes.ts';
import { optionalOf } from './grants.ts';
import type { ChoiceOf } from './page.ts';

/** As the form names a scope. Neither a scope nor an identifier has spaces. */
const nameOf = (scope: string, api: string | undefined) => (api === undefined ? scope : `${api} ${scope}`);

/** A box for each scope that the app can do without. Nothing is ticked for the person that they have not agreed to. */
export function choicesOf(client: Client, before: Decided | undefined): ChoiceOf {
  const optional = optionalOf(client);
  return (scope, api) => {
    if (!optional.has(scope)) return undefined;
    return { value: nameOf(scope, api), ticked: before !== undefined && has(before.given, scope, api) };
  };
}

/** The same with the boxes as the person has left them. */
export function choicesAsSent(choiceOf: ChoiceOf, sent: ReadonlySet<string>): ChoiceOf {
  return (scope, api) => {
    const choice = choiceOf(scope, api);
    return choice && { ...choice, ticked: sent.has(choice.value) };
  };
}

/** The boxes that a form was sent with. */
export function tickedIn(ctx: Context): ReadonlySet<string> {
  const { ticked = [] } = (ctx.request.body ?? {}) as { ticked?: unknown };
  return new Set([ticked].flat().map(String));
}

/** What is given of what was asked: all but the boxes that were left empty. */
export function decide(asked: Consent, choiceOf: ChoiceOf): Decided {
  const given = filterConsent(asked, (scope, api) => choiceOf(scope, api)?.ticked !== false);
  return { given, leftOut: without(asked, given) };
}
