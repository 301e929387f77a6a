import type { Client, Configuration, KoaContextWithOIDC, Provider, Account as ProviderAccount } from 'oidc-provider';
import {
  claimsOf,
  type Destination,
  findGroups,
  groupClaims,
  ownClaims,
  wantedInIdToken,
} from '../tokens/issue/claims.ts';
import type { UnitOfWork } from './storage/unit-of-work.ts';

/** Under it an app's own claims go along with those that oidc-provider knows and picks from. */
const OWN = Symbol('own claims');

/** Adds an app's own claims to what oidc-provider has picked of the standard's, which they never are (clients/claims). */
export function giveOwnClaims(provider: Provider): void {
  type Picked = { available: { [OWN]?: object }; result(): Promise<object> };
  const { prototype } = (provider as unknown as { Claims: { prototype: Picked } }).Claims;
  const { result } = prototype;
  prototype.result = async function withOwn(this: Picked) {
    return { ...(await result.call(this)), ...this.available[OWN] };
  };
}

export function createFindAccount(work: UnitOfWork): NonNullable<Configuration['findAccount']> {
  return async (ctx, id): Promise<ProviderAccount | undefined> => {
    const presented = await work.exchange()?.presented?.found;
    // Whose it is was looked up with it, and by the rule that its use goes by (stored-token.ts): never again by another.
    const account = presented?.payload.accountId === id ? presented.person : await work.findPerson(id);
    return (
      account && {
        accountId: account.id,
        /** @param asked by the parameter `claims`, as far as the person agreed (OpenID Connect Core §5.5) */
        async claims(use, scope, asked = {}) {
          const isGiven = given(ctx, use as Destination, asked);
          const app = { own_claims: ctx.oidc.client?.latchkey_own_claims as string[] };
          const scopes = scope.split(' ');
          const isAsked = scopes.includes('groups') || 'groups' in asked;
          const isNeeded = isAsked && (isGiven('groups') || app.own_claims.length > 0);
          const groups = isNeeded ? await findGroups(work.db(), account.id) : undefined;
          const all = claimsOf(account, groups && groupClaims(groups, use as Destination));
          // I08: absent rather than null.
          const said = Object.entries(all).filter(([name, value]) => value !== undefined && isGiven(name));
          const own = ownClaims(app, { said: all, groups, scopes });
          return { sub: account.id, ...Object.fromEntries(said), [OWN]: own };
        },
      }
    );
  };
}

function given(ctx: KoaContextWithOIDC, use: Destination, asked: object): (claim: string) => boolean {
  if (use !== 'id_token') return () => true;
  const isWanted = wantedInIdToken((ctx.oidc.client as Client).latchkey_id_token_claims as string[]);
  return (claim) => isWanted(claim) || claim in asked;
}
