import { z } from 'zod';
import type { By } from '../../access.ts';
import { findClient } from '../../clients/find-clients.ts';
import type { Db } from '../../db/connections/connection.ts';
import {
  Approval as ApprovalInput,
  approveRequest,
  Denial as DenialInput,
  denyRequest,
} from '../../subscriptions/decisions.ts';
import { findSubscription } from '../../subscriptions/lists.ts';
import { presentSubscription } from '../../subscriptions/present.ts';
import { requestSubscription, SubscriptionRequest, withdrawRequest } from '../../subscriptions/requests.ts';
import { operation } from '../operation.ts';
import { Subscription, SubscriptionId } from './shape.ts';

const { clientId, ...rest } = SubscriptionRequest.shape;
const NewSubscription = z.strictObject({ app_id: clientId, ...rest }).meta({
  id: 'NewSubscription',
  examples: [
    {
      app_id: 'app_8dd49c5841b8e2bcfeac14ed',
      api: 'https://reports.example.com',
      scopes: ['reports:read'],
      reason: 'Monthly reports',
    },
  ],
});
const Approval = ApprovalInput.meta({ id: 'Approval', examples: [{ scopes: ['reports:read'], note: 'Welcome' }] });
const Denial = DenialInput.meta({ id: 'Denial', examples: [{ note: 'Please use the summary API instead.' }] });

const tag = 'Subscriptions';
const one = { params: SubscriptionId, status: 200, result: Subscription, tag } as const;
const change = { ...one, method: 'POST', scope: 'subscriptions:write', conditional: true } as const;

export const subscriptionRequestOperations = [
  operation({
    id: 'requestSubscription',
    method: 'POST',
    path: '/subscriptions',
    tag,
    summary: 'Ask for scopes of an API for an app',
    description:
      'Scopes that need no approval are live at once; the others wait for the team of the API, which is told by mail.',
    scope: 'subscriptions:write',
    body: NewSubscription,
    status: 201,
    result: Subscription,
    idempotent: ({ db, by, body }) => findClient(db, body.app_id, 'app.write', by),
    async handle({ db, by, outbox, body: { app_id, ...wanted } }) {
      const { id } = await requestSubscription(db, outbox, { clientId: app_id, ...wanted }, by);
      return { ...(await showSubscription(db, id, by)), location: `/subscriptions/${id}` };
    },
  }),
  operation({
    ...one,
    id: 'getSubscription',
    method: 'GET',
    path: '/subscriptions/{subscription_id}',
    summary: 'One subscription',
    scope: 'subscriptions:read',
    handle: ({ db, by, params }) => showSubscription(db, params.subscription_id, by),
  }),
  operation({
    ...change,
    id: 'approveSubscription',
    path: '/subscriptions/{subscription_id}/approve',
    summary: 'Say yes to a request, or to a part of it',
    description:
      'For the team of the API. `scopes` narrows what is approved; without it all that was asked for is. The other side is told by mail.',
    body: Approval,
    async handle({ db, by, outbox, params: { subscription_id: id }, body, version }) {
      await approveRequest(db, outbox, { id, version }, body, by);
      return showSubscription(db, id, by);
    },
  }),
  operation({
    ...change,
    id: 'denySubscription',
    path: '/subscriptions/{subscription_id}/deny',
    summary: 'Say no to a request',
    description: 'For the team of the API. What is live stays.',
    body: Denial,
    async handle({ db, by, outbox, params: { subscription_id: id }, body, version }) {
      await denyRequest(db, outbox, { id, version }, body, by);
      return showSubscription(db, id, by);
    },
  }),
  operation({
    ...change,
    id: 'withdrawSubscriptionRequest',
    path: '/subscriptions/{subscription_id}/withdraw',
    summary: 'Take a request back',
    description: 'For the team of the app. What is live stays.',
    async handle({ db, by, params: { subscription_id: id }, version }) {
      await withdrawRequest(db, { id, version }, by);
      return showSubscription(db, id, by);
    },
  }),
];

export async function showSubscription(db: Db, id: string, by: By) {
  const found = await findSubscription(db, id, by);
  return { body: presentSubscription(found), version: found.version };
}
