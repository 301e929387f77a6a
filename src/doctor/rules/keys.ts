import { isAlwaysThere } from '../../keys/algorithms.ts';
import { about, day, daysSince, type Rule, sentenceIf } from '../rule.ts';
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
    why: 'They cannot be opened: the server does not start, or mail cannot be sent.',
    fix: 'Add the key back to MASTER_KEYS.',
    check: about(({ sealed }, { settings }) =>
      sealed
        .filter(({ masterKeyId }) => !idsOf(settings).includes(masterKeyId))
        .map(({ masterKeyId, count }) => `${count} values are sealed under “${masterKeyId}”, which MASTER_KEYS lacks.`),
    ),
  },
  {
    id: 'master-key-old',
    severity: 'warning',
    title: 'values are sealed under an old master key',
    why: 'Until they are sealed anew, the old key cannot leave the list, and whoever has it can open them.',
    fix: 'Run npx latchkey master-key rotate, and then take the old key out of MASTER_KEYS.',
    check: about(({ sealed }, { settings }) =>
      sealed
        .filter(({ masterKeyId }) => idsOf(settings).indexOf(masterKeyId) > 0)
        .map(({ masterKeyId, count }) => `${count} values are still sealed under “${masterKeyId}”.`),
    ),
  },
  {
    id: 'master-key-unused',
    severity: 'note',
    title: 'a master key has nothing left to open',
    why: 'A key that is not needed can only leak. Backups from before its rotation still need it.',
    fix: 'Take it out of MASTER_KEYS, and keep it with the old backups.',
    check: about(({ sealed }, { settings }) =>
      settings.masterKeyIds
        .slice(1)
        .filter((id) => !sealed.some(({ masterKeyId }) => masterKeyId === id))
        .map((id) => `Nothing is sealed under “${id}”.`),
    ),
  },
  {
    id: 'cookie-key-age',
    severity: 'note',
    title: 'the age of the cookie key cannot be known',
    why: 'Nothing records when COOKIE_KEYS was made, so nobody but you can know how old it is.',
    fix: 'Once a year put a new one in front, and take the old one out some weeks later.',
    check: ({ settings }) =>
      sentenceIf(
        settings.cookieKeyCount <= 1,
        'There is one cookie key. Its age is not recorded anywhere, so it is not checked.',
      ),
  },
  {
    id: 'signing-key-missing',
    severity: 'error',
    title: 'an algorithm has no key that signs',
    why: 'Tokens of that algorithm cannot be issued.',
    fix: 'Start a server: it makes the key, or starts one that waits, within a minute. Where it does not, its log says why.',
    check: about(({ signingKeys, algorithms }) =>
      algorithms
        .filter((alg) => !signingKeys.some((key) => key.alg === alg && key.stage === 'active'))
        // A key of an algorithm that is not always there is published first, and the one before signs meanwhile.
        .filter((alg) => isAlwaysThere(alg) || !signingKeys.some((key) => key.alg === alg && key.stage === 'pending'))
        .map((alg) => `No ${alg} key is active.`),
    ),
  },
  {
    id: 'signing-key-old',
    severity: 'warning',
    title: 'a signing key was not rotated in time',
    why: 'Keys rotate by themselves while a server runs. An old one means that this does not work, and it signs for longer than you decided.',
    fix: 'Look for “rotation” in the log of the server; npx latchkey key rotate makes the next key now.',
    check: about(({ signingKeys }, { settings, now }) =>
      signingKeys
        .filter(({ stage }) => stage === 'active')
        .filter(({ activatesAt }) => daysSince(activatesAt, now) > settings.rotateEvery / DAY_SECONDS + GRACE_DAYS)
        .map(({ kid, alg, activatesAt }) => `The ${alg} key ${kid} has signed since ${day(activatesAt)}.`),
    ),
  },
];
