import type { Configuration, Account as ProviderAccount } from 'oidc-provider';
import { claimsOf, type Destination, findGroupClaims } from '../tokens/issue/claims.ts';
import type { UnitOfWork } from './storage/unit-of-work.ts';

export function createFindAccount(work: UnitOfWork): NonNullable<Configuration['findAccount']> {
  return async (_ctx, id): Promise<ProviderAccount | undefined> => {
    const presented = await work.exchange()?.presented?.found;
    // Whose it is was looked up with it, and by the rule that its use goes by (stored-token.ts): never again by another.
    const account = presented?.payload.accountId === id ? presented.person : await work.findPerson(id);
    return (
      account && {
        accountId: account.id,
        async claims(use, scope) {
          const asksForGroups = scope.split(' ').includes('groups');
          const groups = asksForGroups ? await findGroupClaims(work.db(), account.id, use as Destination) : undefined;
          // I08: absent rather than null.
          return JSON.parse(JSON.stringify(claimsOf(account, groups)));
        },
      }
    );
  };
}
