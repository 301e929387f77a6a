import { inDate, inNumber } from '../../texts/moments.ts';
import { t } from '../../texts/texts.ts';
import { about, daysSince, type Rule } from '../rule.ts';
import type { SubscriptionState } from '../snapshot.ts';

const UNUSED_DAYS = 90;
const WAITING_DAYS = 14;
/** Single requests are kept for so long, so scopes can be looked for in no more. */
const SEEN_DAYS = 14;

/** Whether the app used the API while requests were logged, and has had time to use all of it. */
const isInUse = ({ lastUsedAt, createdAt, seenScopes }: SubscriptionState, now: Date) =>
  seenScopes.length > 0 &&
  lastUsedAt !== null &&
  daysSince(lastUsedAt, now) <= SEEN_DAYS &&
  daysSince(createdAt, now) > SEEN_DAYS;

export const accessRules: readonly Rule[] = [
  {
    id: 'api-unused',
    severity: 'note',
    title: 'an app may use an API that it does not use',
    check: about(({ subscriptions }, { now }) =>
      subscriptions
        .filter(({ state }) => state === 'active')
        .filter(({ lastUsedAt, createdAt }) => daysSince(lastUsedAt ?? createdAt, now) > UNUSED_DAYS)
        .map((one) =>
          one.lastUsedAt
            ? t('findings.accessUsed', { app: one.appId, api: one.api, date: inDate(one.lastUsedAt) })
            : t('findings.accessUnused', { app: one.appId, api: one.api, date: inDate(one.createdAt) }),
        ),
    ),
  },
  {
    id: 'scope-unused',
    severity: 'note',
    title: 'an app has scopes that it does not use',
    check: about(({ subscriptions }, { now }) =>
      subscriptions
        .filter((one) => one.state === 'active' && isInUse(one, now))
        .flatMap((one) => {
          const unused = one.scopes.filter((scope) => !one.seenScopes.includes(scope));
          if (unused.length === 0) return [];
          return [
            t('findings.scopesUnused', {
              app: one.appId,
              api: one.api,
              days: SEEN_DAYS,
              scopes: unused.join(' '),
            }),
          ];
        }),
    ),
  },
  {
    id: 'token-large',
    severity: 'warning',
    title: 'access tokens of an API can be larger than many proxies take',
    check: about(({ largeTokens }) =>
      largeTokens.map(({ api, characters, mostRoles }) =>
        mostRoles
          ? t('findings.largeForPerson', { api, characters: inNumber(characters), person: mostRoles })
          : t('findings.largeForScopes', { api, characters: inNumber(characters) }),
      ),
    ),
  },
  {
    id: 'request-waiting',
    severity: 'note',
    title: `a request waits for more than ${WAITING_DAYS} days`,
    check: about(({ subscriptions }, { now }) =>
      subscriptions.flatMap(({ appId, api, waitingSince }) =>
        waitingSince && daysSince(waitingSince, now) > WAITING_DAYS
          ? [t('findings.waits', { app: appId, api, date: inDate(waitingSince) })]
          : [],
      ),
    ),
  },
];
