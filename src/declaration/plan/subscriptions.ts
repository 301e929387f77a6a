import { endSubscription, suspendSubscription } from '../../subscriptions/lifecycle.ts';
import { findSubscriptionOf } from '../../subscriptions/rows.ts';
import { setSubscriptionScopes } from '../../subscriptions/set-scopes.ts';
import { subscribe } from '../../subscriptions/subscriptions.ts';
import { apiId, subscriptionId } from '../ids.ts';
import type { Path } from '../problems.ts';
import type { DeclaredApp, DeclaredSubscription } from '../schema.ts';
import { type Change, PHASES, sameSet } from './change.ts';

/** What an app may use, as decided by whoever applies the file: nothing of it waits for an approval. */
export function planSubscriptions(before: DeclaredApp | undefined, wanted: DeclaredApp, path: Path): Change[] {
  const { id: app, subscriptions } = wanted;
  if (!subscriptions) return [];
  const had = new Map(before?.subscriptions?.map((subscription) => [subscription.api, subscription]));
  const kept = new Set(subscriptions.map(({ api }) => api));
  const gone = [...had.keys()].filter((api) => !kept.has(api));
  return [
    ...subscriptions.flatMap((subscription, index) =>
      planSubscription(had.get(subscription.api), subscription, { app, path: [...path, 'subscriptions', index] }),
    ),
    ...gone.map(
      (api): Change => ({
        action: 'remove',
        what: 'subscription',
        subject: `the subscription of ${api} by ${app}`,
        note: 'its tokens are refused',
        phase: PHASES.removeSubscription,
        run: ({ db, by, ids, outbox }) =>
          endSubscription(
            db,
            outbox,
            { id: subscriptionId(ids, app, api) },
            { reason: 'not in the configuration' },
            by,
          ),
      }),
    ),
  ];
}

function planSubscription(
  before: DeclaredSubscription | undefined,
  { api, scopes, suspended: reason }: DeclaredSubscription,
  { app, path }: { app: string; path: Path },
): Change[] {
  const about = { what: 'subscription', subject: `the subscription of ${api} by ${app}`, path } as const;
  const changes: Change[] = [];
  if (!before) {
    const fields = [{ name: 'scopes', from: null, to: scopes }];
    const run: Change['run'] = ({ db, by, ids }) =>
      subscribe(db, { clientId: app, apiIdentifier: apiId(ids, api), scopes }, by);
    changes.push({ ...about, action: 'create', fields, phase: PHASES.subscription, run });
  } else if (!sameSet(before.scopes, scopes)) {
    const fields = [{ name: 'scopes', from: before.scopes, to: scopes }];
    const run: Change['run'] = ({ db, by, ids }) =>
      setSubscriptionScopes(db, { id: subscriptionId(ids, app, api) }, scopes, by);
    changes.push({ ...about, action: 'change', fields, phase: PHASES.subscription, run });
  }
  if (reason !== undefined && before?.suspended === undefined) {
    const fields = [{ name: 'suspended', from: null, to: reason }];
    const run: Change['run'] = async ({ db, by, ids, outbox }) => {
      const id = await findSubscriptionOf(db, { clientId: app, apiId: apiId(ids, api) });
      await suspendSubscription(db, outbox, { id: id ?? '' }, { reason }, by);
    };
    changes.push({ ...about, action: 'change', fields, phase: PHASES.stop, run });
  }
  return changes;
}
