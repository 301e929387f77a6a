import type { z } from 'zod';
import { authorize, type By } from '../access.ts';
import { findApi } from '../apis/apis.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Listing } from '../db/pages.ts';
import { AppError } from '../errors.ts';
import { t } from '../texts/texts.ts';
import { type ListedSubscription, listSubscriptions, type SubscriptionQuery } from './lists.ts';
import { findSubscriber } from './rows.ts';

type Query = Omit<z.input<typeof SubscriptionQuery>, 'app' | 'api'>;

/** What an app may use, or has asked for, newest first. @throws {ZodError} @throws {AppError} not_found, forbidden */
export async function listSubscriptionsOfApp(
  db: Db,
  clientId: string,
  query: Query,
  by: By,
): Promise<Listing<ListedSubscription>> {
  const missing = t('refusals.noApp', { id: clientId });
  const app = await findSubscriber(db, clientId);
  if (!app) throw new AppError('not_found', { detail: missing });
  authorize(by, 'app.read', app.team_id, missing);
  return listSubscriptions(db, { ...query, app: clientId }, by);
}

/** Who may use an API, or has asked for it, newest first. @throws {ZodError} @throws {AppError} not_found, forbidden */
export async function listSubscriptionsOfApi(
  db: Db,
  apiId: string,
  query: Query,
  by: By,
): Promise<Listing<ListedSubscription>> {
  const missing = t('refusals.noApi', { id: apiId });
  const api = await findApi(db, apiId);
  if (!api) throw new AppError('not_found', { detail: missing });
  authorize(by, 'api.read', api.team_id, missing);
  return listSubscriptions(db, { ...query, api: apiId }, by);
}
