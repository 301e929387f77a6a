import type Router from '@koa/router';
import type { Context } from 'koa';
import { interactionPolicy } from 'oidc-provider';
import { speakTo } from '../../accounts/preferences.ts';
import { findWhoAsks } from '../../clients/who-asks.ts';
import { AppError } from '../../errors.ts';
import { formFields } from '../../http/input/form-fields.ts';
import type { Details, InteractionParts } from './interaction-parts.ts';
import { appNameOf, conclude, formOf, goTo, protectedDetails } from './interaction-requests.ts';

/** What a person answered: they go on as they are, or somebody else signs in. */
interface Selection {
  readonly another?: true;
}

const selectionOf = (result: unknown) => (result as { select_account?: Selection } | undefined)?.select_account;

/**
 * OpenID Connect Core §3.1.2.1, `prompt=select_account`: a page with the account of this browser, and a way to another one.
 * Where nobody is signed in, or somebody just was on the way, there is nothing to choose: whoever signs in has chosen.
 */
export function accountSelection() {
  const prompt = new interactionPolicy.Prompt({ name: 'select_account', requestable: true });
  const check = prompt.checks.get('select_account_prompt');
  if (!check) throw new Error('oidc-provider has no check select_account_prompt any more');
  const { check: isPending } = check;
  check.check = (ctx) => !ctx.oidc.result?.login && isPending(ctx);
  return prompt;
}

/** Whoever chose another account signs in. */
export const anotherAccount = () =>
  new interactionPolicy.Check(
    'another_account',
    'another account was chosen',
    'login_required',
    ({ oidc }) => selectionOf(oidc.result)?.another === true && !oidc.result?.login,
  );

export async function showAccounts(parts: InteractionParts, ctx: Context, details: Details): Promise<void> {
  const account = await parts.work.findPerson(details.session?.accountId ?? '');
  if (!account) throw new AppError('sign_in_expired');
  speakTo(account);
  const { team, verified } = await findWhoAsks(parts.db, String(details.params.client_id));
  parts.render(ctx, 'select-account', {
    ...formOf(parts, details, 'select-account'),
    anotherAction: `/interaction/${details.uid}/another-account`,
    appName: await appNameOf(parts, details),
    team,
    verified,
    account: { name: account.name, email: account.email },
  });
}

export function addAccountSelection(router: Router, parts: InteractionParts): void {
  const choose = (path: string, selection: Selection) =>
    router.post(path, formFields(), async (ctx) => {
      await protectedDetails(parts, ctx, 'select_account');
      goTo(ctx, await conclude(parts, ctx, { select_account: selection }));
    });
  choose('/select-account', {});
  choose('/another-account', { another: true });
}
