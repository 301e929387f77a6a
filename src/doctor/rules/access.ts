import { LONGEST_TOKEN } from '../../verifier/token/authentic-token.ts';
import { about, day, daysSince, type Rule } from '../rule.ts';
import type { SubscriptionState } from '../snapshot.ts';

const UNUSED_DAYS = 90;
const WAITING_DAYS = 14;
/** Single requests are kept for so long, so scopes can be looked for in no more. */
const SEEN_DAYS = 14;

const named = ({ appId, api }: SubscriptionState) => `${appId} may use ${api}`;

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
    why: 'Access that is not needed helps only those who steal the app’s credentials.',
    fix: 'Take it back: npx latchkey app unsubscribe APP --api API.',
    check: about(({ subscriptions }, { now }) =>
      subscriptions
        .filter(({ state }) => state === 'active')
        .filter(({ lastUsedAt, createdAt }) => daysSince(lastUsedAt ?? createdAt, now) > UNUSED_DAYS)
        .map((one) =>
          one.lastUsedAt
            ? `${named(one)}, and last did on ${day(one.lastUsedAt)}.`
            : `${named(one)}, and never did since ${day(one.createdAt)}.`,
        ),
    ),
  },
  {
    id: 'scope-unused',
    severity: 'note',
    title: 'an app has scopes that it does not use',
    why: 'Least privilege: what a token cannot do, a stolen one cannot do either.',
    fix: 'Narrow it to the others: npx latchkey subscription narrow ID --scope …',
    check: about(({ subscriptions }, { now }) =>
      subscriptions
        .filter((one) => one.state === 'active' && isInUse(one, now))
        .flatMap((one) => {
          const unused = one.scopes.filter((scope) => !one.seenScopes.includes(scope));
          if (unused.length === 0) return [];
          return [`${named(one)}, and no token of the last ${SEEN_DAYS} days that was logged had ${unused.join(' ')}.`];
        }),
    ),
  },
  {
    id: 'token-large',
    severity: 'warning',
    title: 'access tokens of an API can be larger than many proxies take',
    why: `Most servers and proxies refuse headers of more than 8 KiB. Tokens of more than ${LONGEST_TOKEN} characters are not issued at all.`,
    fix: 'Give apps fewer scopes and people fewer roles of this API, shorten their names, or do not let its tokens name roles.',
    check: about(({ largeTokens }) =>
      largeTokens.map(({ api, characters, mostRoles }) =>
        mostRoles
          ? `A token for ${api} can have ${characters} characters, for ${mostRoles}, who has the most roles.`
          : `A token for ${api} can have ${characters} characters, for its many scopes.`,
      ),
    ),
  },
  {
    id: 'request-waiting',
    severity: 'note',
    title: `a request waits for more than ${WAITING_DAYS} days`,
    why: 'Someone cannot go on with their work.',
    fix: 'Decide on it in the portal, or with npx latchkey subscription list --state pending.',
    check: about(({ subscriptions }, { now }) =>
      subscriptions.flatMap(({ appId, api, waitingSince }) =>
        waitingSince && daysSince(waitingSince, now) > WAITING_DAYS
          ? [`${appId} waits for ${api} since ${day(waitingSince)}.`]
          : [],
      ),
    ),
  },
];
