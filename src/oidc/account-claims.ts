import type { Client, Configuration, KoaContextWithOIDC, Account as ProviderAccount } from 'oidc-provider';
import { claimsOf, type Destination, findGroupClaims, wantedInIdToken } from '../tokens/issue/claims.ts';
import type { UnitOfWork } from './storage/unit-of-work.ts';

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
          const isAsked = scope.split(' ').includes('groups') || 'groups' in asked;
          const groups =
            isAsked && isGiven('groups') ? await findGroupClaims(work.db(), account.id, use as Destination) : undefined;
          // I08: absent rather than null.
          const said = Object.entries(claimsOf(account, groups)).filter(
            ([name, value]) => value !== undefined && isGiven(name),
          );
          return Object.fromEntries(said) as { sub: string };
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
