import { sql } from 'kysely';
import { type By, judgeAccess } from '../../access.ts';
import { record } from '../../audit/record.ts';
import type { Db } from '../../db/connections/connection.ts';
import type { Client } from '../../db/tables/catalogue.ts';
import type { WantedChanges } from '../client-input.ts';
import { placeOf } from '../redirect-uris.ts';

/** What the operator has looked at before they vouched for an app, and what of it has changed since. */
export type Changed = 'name' | 'redirect_uris' | 'logo';

/** Who looks after the platform looks at what they change themselves. */
const vouches = (by: By) => judgeAccess(by, 'platform.write', null) === 'allowed';

/** Why an app that was verified is not any more: its team has given it another name, or leads people to another place. */
export function unverifiedBy(before: Client, changes: WantedChanges, by: By): Changed | undefined {
  if (!before.verified || vouches(by)) return undefined;
  if (changes.name !== undefined && changes.name !== before.name) return 'name';
  const known = new Set(before.redirect_uris.map(placeOf));
  return changes.redirectUris?.some((uri) => !known.has(placeOf(uri))) ? 'redirect_uris' : undefined;
}

/** The same for a logo, in the caller's transaction. */
export async function unverifyForLogo(trx: Db, { id, verified }: Client, by: By): Promise<void> {
  if (!verified || vouches(by)) return;
  await trx
    .updateTable('clients')
    .set({ verified: false })
    .where('id', '=', id)
    .where(sql<boolean>`verified`)
    .execute();
  await recordVerification(trx, { clientId: id, verified: false, because: 'logo' }, by);
}

/** @param because what its team has changed; undefined where whoever looks after the platform decided so */
export function recordVerification(
  trx: Db,
  { clientId, verified, because }: { clientId: string; verified: boolean; because?: Changed | undefined },
  by: By,
): Promise<void> {
  if (verified) return record(trx, by.actor, { type: 'client.verified', clientId }, by.now);
  const event = { type: 'client.unverified', clientId } as const;
  return record(trx, by.actor, because ? { ...event, because } : event, by.now);
}
