import {
  endSubscription,
  Narrowing as NarrowingInput,
  narrowSubscription,
  resumeSubscription,
  suspendSubscription,
} from '../../subscriptions/lifecycle.ts';
import { operation } from '../operation.ts';
import { Stop } from '../shapes.ts';
import { showSubscription } from './requests.ts';
import { Subscription, SubscriptionId } from './shape.ts';

const Narrowing = NarrowingInput.meta({ id: 'Narrowing' });

const change = {
  method: 'POST',
  tag: 'Subscriptions',
  scope: 'subscriptions:write',
  params: SubscriptionId,
  status: 200,
  result: Subscription,
  conditional: true,
} as const;

export const subscriptionLifecycleOperations = [
  operation({
    ...change,
    id: 'narrowSubscription',
    path: '/subscriptions/{subscription_id}/narrow',
    summary: 'Leave a subscription just some of its scopes',
    description: 'For either team. Live tokens are refused; the next ones have less.',
    body: Narrowing,
    async handle({ db, by, params: { subscription_id: id }, body, version }) {
      await narrowSubscription(db, { id, version }, body, by);
      return showSubscription(db, id, by);
    },
  }),
  operation({
    ...change,
    id: 'suspendSubscription',
    path: '/subscriptions/{subscription_id}/suspend',
    summary: 'Stop a subscription for a while',
    description: 'For the team of the API. The next token request fails, and live tokens are refused.',
    body: Stop,
    async handle({ db, by, outbox, params: { subscription_id: id }, body, version }) {
      await suspendSubscription(db, outbox, { id, version }, body, by);
      return showSubscription(db, id, by);
    },
  }),
  operation({
    ...change,
    id: 'resumeSubscription',
    path: '/subscriptions/{subscription_id}/resume',
    summary: 'Let the app go on with what it had',
    description: 'For the team of the API.',
    async handle({ db, by, params: { subscription_id: id }, version }) {
      await resumeSubscription(db, { id, version }, by);
      return showSubscription(db, id, by);
    },
  }),
  operation({
    ...change,
    id: 'cancelSubscription',
    path: '/subscriptions/{subscription_id}/cancel',
    summary: 'End a subscription',
    description: 'For either team. The next token request fails, and live tokens are refused.',
    body: Stop,
    async handle({ db, by, outbox, params: { subscription_id: id }, body, version }) {
      await endSubscription(db, outbox, { id, version }, body, by);
      return showSubscription(db, id, by);
    },
  }),
];
