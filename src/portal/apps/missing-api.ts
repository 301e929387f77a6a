import type { By } from '../../access.ts';
import type { ClientDetails } from '../../clients/find-clients.ts';
import type { Db } from '../../db/connections/connection.ts';
import { listSubscriptions } from '../../subscriptions/lists.ts';
import { t } from '../../texts/texts.ts';
import { appHref } from './head.ts';

export type MissingApi = Awaited<ReturnType<typeof missingApi>>;

/** What keeps an app that may use no API from a token for one, and where to do something about it. */
export async function missingApi(db: Db, client: ClientDetails, by: By) {
  const { rows } = await listSubscriptions(db, { app: client.id, state: 'pending', limit: 1 }, by);
  if (rows.length > 0) {
    const text = t('apps.apiWaits');
    return { waits: true, text, href: `${appHref(client.id)}/apis`, action: t('apps.seeRequest') };
  }
  const text = client.type === 'machine' ? t('apps.noApiYet') : t('apps.noApiYetSignsIn');
  return { waits: false, text, href: `/apis?app=${client.id}`, action: t('apps.chooseApi') };
}
