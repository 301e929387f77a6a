import { createHash } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { By } from '../../access.ts';
import { record } from '../../audit/record.ts';
import type { Db } from '../../db/connections/connection.ts';
import type { Tables } from '../../db/tables/tables.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { PictureDecoder } from '../../pictures/decoder.ts';
import { toLogo } from '../../pictures/logo.ts';
import { lockClient } from '../find-clients.ts';
import { unverifyForLogo } from '../settings/verification.ts';

/** Takes a picture as an app's logo, encoded anew by us. @throws {AppError} not_found, forbidden, invalid_request, unavailable */
export async function setLogo(
  db: Kysely<Tables>,
  { clientId, upload, pictures }: { clientId: string; upload: Uint8Array; pictures: PictureDecoder },
  by: By,
): Promise<void> {
  const image = await toLogo(pictures, upload, `${by.actor.type} ${by.actor.id}`);
  const etag = createHash('sha256').update(image).digest('base64url').slice(0, 22);
  await inTransaction(db, async (trx) => {
    await unverifyForLogo(trx, await lockClient(trx, clientId, by), by);
    const logo = { image, etag, updated_at: by.now };
    await trx
      .insertInto('client_logos')
      .values({ client_id: clientId, ...logo })
      .onConflict((conflict) => conflict.column('client_id').doUpdateSet(logo))
      .execute();
    await grow(trx, clientId, by);
    await record(trx, by.actor, { type: 'client.logo_changed', clientId }, by.now);
  });
}

/** @throws {AppError} not_found, forbidden */
export function removeLogo(db: Kysely<Tables>, clientId: string, by: By): Promise<void> {
  return inTransaction(db, async (trx) => {
    const client = await lockClient(trx, clientId, by);
    const removed = await trx
      .deleteFrom('client_logos')
      .where('client_id', '=', clientId)
      .returning('client_id')
      .executeTakeFirst();
    if (!removed) return;
    await unverifyForLogo(trx, client, by);
    await grow(trx, clientId, by);
    await record(trx, by.actor, { type: 'client.logo_removed', clientId }, by.now);
  });
}

async function grow(db: Db, clientId: string, by: By): Promise<void> {
  await db
    .updateTable('clients')
    .set({ version: sql`version + 1`, updated_at: by.now })
    .where('id', '=', clientId)
    .execute();
}

/** The picture, for anyone: the consent page shows it to people who know nothing else of the app. */
export function findLogo(db: Db, clientId: string): Promise<{ image: Uint8Array; etag: string } | undefined> {
  return db.selectFrom('client_logos').select(['image', 'etag']).where('client_id', '=', clientId).executeTakeFirst();
}

/** Its address; the tag in it changes with the picture, so that browsers may keep it for ever. */
export const logoPath = (clientId: string, etag: string) => `/app-logos/${clientId}?v=${etag}`;
