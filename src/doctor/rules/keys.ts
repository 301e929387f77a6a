import { isAlwaysThere } from '../../keys/algorithms.ts';
import { inDate } from '../../texts/moments.ts';
import { t } from '../../texts/texts.ts';
import { about, daysSince, type Rule, sentenceIf } from '../rule.ts';
import type { Settings } from '../snapshot.ts';

/** Those that the server has, the generated one included. */
const idsOf = ({ masterKeyIds }: Settings) => (masterKeyIds.length > 0 ? masterKeyIds : ['generated']);

/** Beyond the time of its rotation a key may be this much older: until the next look of a job. */
const GRACE_DAYS = 1;
const DAY_SECONDS = 86_400;

export const keyRules: readonly Rule[] = [
  {
    id: 'master-key-missing',
    severity: 'error',
    title: 'values are sealed under a master key that is not there',
    check: about(({ sealed }, { settings }) =>
      sealed
        .filter(({ masterKeyId }) => !idsOf(settings).includes(masterKeyId))
        .map(({ masterKeyId, count }) => t('findings.sealedMissing', { count, key: masterKeyId })),
    ),
  },
  {
    id: 'master-key-old',
    severity: 'warning',
    title: 'values are sealed under an old master key',
    check: about(({ sealed }, { settings }) =>
      sealed
        .filter(({ masterKeyId }) => idsOf(settings).indexOf(masterKeyId) > 0)
        .map(({ masterKeyId, count }) => t('findings.sealedOld', { count, key: masterKeyId })),
    ),
  },
  {
    id: 'master-key-unused',
    severity: 'note',
    title: 'a master key has nothing left to open',
    check: about(({ sealed }, { settings }) =>
      settings.masterKeyIds
        .slice(1)
        .filter((id) => !sealed.some(({ masterKeyId }) => masterKeyId === id))
        .map((id) => t('findings.sealedNone', { key: id })),
    ),
  },
  {
    id: 'cookie-key-age',
    severity: 'note',
    title: 'the age of the cookie key cannot be known',
    check: ({ settings }) => sentenceIf(settings.cookieKeyCount <= 1, t('findings.cookieKey')),
  },
  {
    id: 'signing-key-missing',
    severity: 'error',
    title: 'an algorithm has no key that signs',
    check: about(({ signingKeys, algorithms }) =>
      algorithms
        .filter((alg) => !signingKeys.some((key) => key.alg === alg && key.stage === 'active'))
        // A key of an algorithm that is not always there is published first, and the one before signs meanwhile.
        .filter((alg) => isAlwaysThere(alg) || !signingKeys.some((key) => key.alg === alg && key.stage === 'pending'))
        .map((alg) => t('findings.noSigningKey', { alg })),
    ),
  },
  {
    id: 'signing-key-old',
    severity: 'warning',
    title: 'a signing key was not rotated in time',
    check: about(({ signingKeys }, { settings, now }) =>
      signingKeys
        .filter(({ stage }) => stage === 'active')
        .filter(({ activatesAt }) => daysSince(activatesAt, now) > settings.rotateEvery / DAY_SECONDS + GRACE_DAYS)
        .map(({ kid, alg, activatesAt }) => t('findings.oldSigningKey', { alg, kid, date: inDate(activatesAt) })),
    ),
  },
];
