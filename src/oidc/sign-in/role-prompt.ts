import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import { usesOf } from '../persons.ts';
import { levelCheck } from './levels.ts';
import { secondLooks } from './second-looks.ts';
import { accountSelection, anotherAccount } from './select-account.ts';

/** What the page tells of, as the interaction keeps it: scopes by API identifier. */
export type MissingScopes = Record<string, readonly string[]>;

/**
 * Between signing in and consent: a person of whose roles none allows anything that was asked for gets a page that says
 * so, and the app access_denied (RFC 6749 §4.1.2.1: the server denied the request). Where some is left, only that is
 * asked for. A person whose account is gone is asked to sign in.
 */
export function policyWithRoles() {
  const { base, Check, Prompt } = interactionPolicy;
  const policy = base();
  policy.get('login')?.checks.add(
    // The provider itself counts on an account for every session. One may be gone, or disabled, while its session is written.
    new Check(
      'account_gone',
      'End-User authentication is required',
      'login_required',
      ({ oidc }) => oidc.session?.accountId !== undefined && oidc.account === undefined,
    ),
  );
  policy.get('login')?.checks.add(anotherAccount());
  for (const check of secondLooks()) policy.get('login')?.checks.add(check);
  for (const name of ['essential_acr', 'essential_acrs']) policy.get('login')?.checks.remove(name);
  policy.get('login')?.checks.add(levelCheck());
  doNotAskFor(policy, 'consent_prompt', () => true);
  // RFC 8252 §8.6: whoever copies a native app's id gets no code unless the person does something. Signing in is enough.
  doNotAskFor(policy, 'native_client_prompt', (ctx) => ctx.oidc.result?.login !== undefined);
  policy.get('consent')?.checks.add(
    new Check('asked_each_time', 'people are asked each time for this app', 'consent_required', ({ oidc }) => {
      const { client, result } = oidc;
      return client?.latchkey_ask_each_time === true && !client.latchkey_first_party && result?.consent === undefined;
    }),
  );
  const missing = new Check(
    'role_missing',
    "none of this person's roles allows what was asked for",
    'access_denied',
    (ctx) => isNothingLeft(ctx),
    (ctx) => ({ missingScopes: missingScopes(ctx) }),
  );
  policy.add(accountSelection(), 1);
  policy.add(new Prompt({ name: 'role' }, missing), 2);
  return policy;
}

type Policy = ReturnType<typeof interactionPolicy.base>;

/** The consent page is not shown for an app of the first party, also when it asks for that, where `isEnough` without it. */
function doNotAskFor(policy: Policy, reason: string, isEnough: (ctx: KoaContextWithOIDC) => boolean): void {
  const check = policy.get('consent')?.checks.get(reason);
  if (!check) throw new Error(`oidc-provider has no check ${reason} any more`);
  const { check: judge } = check;
  check.check = (ctx) => !(ctx.oidc.client?.latchkey_first_party && isEnough(ctx)) && judge(ctx);
}

function isNothingLeft(ctx: KoaContextWithOIDC): boolean {
  const asked = ctx.oidc.requestParamScopes;
  if (asked.has('openid') || Object.keys(missingScopes(ctx)).length === 0) return false;
  const servers = Object.values(ctx.oidc.resourceServers ?? {});
  return !servers.some((server) => [...asked].some((scope) => server.scopes.has(scope)));
}

function missingScopes(ctx: KoaContextWithOIDC): MissingScopes {
  const asked = ctx.oidc.requestParamScopes;
  const missing = usesOf(ctx).map(({ identifier, withheld }): [string, string[]] => [
    identifier,
    withheld.filter((scope) => asked.has(scope)),
  ]);
  return Object.fromEntries(missing.filter(([, scopes]) => scopes.length > 0));
}
