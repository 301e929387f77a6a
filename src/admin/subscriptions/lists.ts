import { listSubscriptions, listWaitingRequests, SubscriptionQuery, WaitingQuery } from '../../subscriptions/lists.ts';
import { listSubscriptionsOfApi, listSubscriptionsOfApp } from '../../subscriptions/of-one.ts';
import { presentSubscription } from '../../subscriptions/present.ts';
import { ApiId } from '../apis/shape.ts';
import { AppId } from '../apps/shape.ts';
import { operation } from '../operation.ts';
import { ListQuery, pageOf, presentPage } from '../shapes.ts';
import { Subscription } from './shape.ts';

const { app, api, state, sort } = SubscriptionQuery.shape;
const tag = 'Subscriptions';
const scope = 'subscriptions:read';
const page = { scope, status: 200, result: pageOf(Subscription) } as const;

export const subscriptionListOperations = [
  operation({
    ...page,
    id: 'listSubscriptions',
    method: 'GET',
    path: '/subscriptions',
    tag,
    summary: 'Which app may use which API',
    description:
      'Subscriptions of the apps and of the APIs that you may see, the newest first, unless you say otherwise.',
    query: ListQuery.extend({ app, api, state, sort }),
    async handle({ db, by, query }) {
      return { body: presentPage(await listSubscriptions(db, query, by), presentSubscription) };
    },
  }),
  operation({
    ...page,
    id: 'listWaitingRequests',
    method: 'GET',
    path: '/subscription-requests',
    tag,
    summary: 'Requests that wait for a decision on your APIs',
    description: 'The oldest first, unless you say otherwise.',
    query: ListQuery.extend({ sort: WaitingQuery.shape.sort }),
    async handle({ db, by, query }) {
      return { body: presentPage(await listWaitingRequests(db, query, by), presentSubscription) };
    },
  }),
  operation({
    ...page,
    id: 'listSubscriptionsOfApp',
    method: 'GET',
    path: '/apps/{app_id}/subscriptions',
    tag,
    summary: 'The APIs that an app may use, or has asked for',
    params: AppId,
    query: ListQuery.extend({ state, sort }),
    async handle({ db, by, params, query }) {
      return {
        body: presentPage(await listSubscriptionsOfApp(db, params.app_id, query, by), presentSubscription),
      };
    },
  }),
  operation({
    ...page,
    id: 'listSubscriptionsOfApi',
    method: 'GET',
    path: '/apis/{api_id}/subscriptions',
    tag,
    summary: 'The apps that may use an API, or have asked for it',
    params: ApiId,
    query: ListQuery.extend({ state, sort }),
    async handle({ db, by, params, query }) {
      return {
        body: presentPage(await listSubscriptionsOfApi(db, params.api_id, query, by), presentSubscription),
      };
    },
  }),
];
