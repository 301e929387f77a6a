import { describe, expect, it } from '@jest/globals';
import { eventually } from './clock.ts';
import { aProcess, segmentOf } from './epoch-processes.ts';
import { named } from './issuer.ts';
import { aRig, DEAD_TOKEN } from './rig.ts';
import { createKey } from './signing.ts';

const rig = aRig();
const { outcome, token, answering, nextPoll } = rig;

type Payload = Record<string, unknown>;
const APP = named('client', 'app-1');
const OTHER =
  [...Array(99).keys()]
    .map((at) => named('client', `other-${at}`))
    .find((name) => segmentOf(name, 1) !== segmentOf(APP, 1)) ?? '';

const document: [string, (payload: Payload) => Payload | string][] = [
  ['of another issuer', (said) => ({ ...said, iss: 'https://evil.example.com' })],
  ['without an incarnation', (said) => ({ ...said, inc: undefined })],
  ['with an incarnation of text', (said) => ({ ...said, inc: '7' })],
  ['of an incarnation without a beginning', (said) => ({ ...said, since: -1 })],
  ['without a time', (said) => ({ ...said, iat: undefined })],
  ['without bits', (said) => ({ ...said, bits: undefined })],
  ['with too many bits', (said) => ({ ...said, bits: 13, segments: Array(2 ** 13).fill(OTHER) })],
  ['with fewer segments than it says', (said) => ({ ...said, segments: [OTHER] })],
  ['with more segments than it says', (said) => ({ ...said, segments: [OTHER, OTHER, OTHER] })],
  ['with fingerprints that are none', (said) => ({ ...said, segments: [OTHER, '../../jwks'] })],
  ['with no list of segments', (said) => ({ ...said, segments: { 0: OTHER, 1: OTHER } })],
  ['whose only segment is missing', (said) => ({ ...said, bits: 0 })],
  ['with an epoch of 0', (said) => ({ ...said, bits: 0, epochs: { [OTHER]: 0 } })],
  ['with an epoch of text', (said) => ({ ...said, bits: 0, epochs: { [OTHER]: '1' } })],
  ['with half an epoch', (said) => ({ ...said, bits: 0, epochs: { [OTHER]: 1.5 } })],
  ['with a name that is none', (said) => ({ ...said, bits: 0, epochs: { nobody: 1 } })],
  ['with a name of another spelling', (said) => ({ ...said, bits: 0, epochs: { [`${OTHER.slice(0, -1)}B`]: 1 } })],
  ['that is deep', (said) => ({ ...said, deep: JSON.parse(`${'['.repeat(40)}${']'.repeat(40)}`) })],
  ['that is huge', () => 'x'.repeat(500_000)],
  ['that is nonsense', () => 'nonsense'],
  ['that is empty', () => ''],
];

const segment: [string, (payload: Payload) => Payload | string][] = [
  ['of another issuer', (said) => ({ ...said, iss: 'https://evil.example.com' })],
  ['of another incarnation', (said) => ({ ...said, inc: 8 })],
  ['of another index', (said) => ({ ...said, index: 1 - Number(said.index) })],
  ['of other bits', (said) => ({ ...said, bits: 2 })],
  [
    'with a name of another segment',
    (said) => ({ ...said, epochs: { [said.index === segmentOf(APP, 1) ? OTHER : APP]: 1 } }),
  ],
  ['without epochs', (said) => ({ ...said, epochs: undefined })],
  ['with other epochs than the list names', (said) => ({ ...said, epochs: {} })],
  ['that is huge', () => 'x'.repeat(500_000)],
  ['that is the list', (said) => ({ ...said, index: undefined, epochs: undefined, segments: [OTHER, OTHER] })],
];

const saying = (about: '/epochs' | '/epochs/', change: (payload: Payload) => Payload | string) =>
  aProcess(
    [
      [APP, 2],
      [OTHER, 2],
    ],
    {
      bits: 1,
      say: (payload, path) =>
        (about === '/epochs' ? path === about : path.startsWith(about)) ? change(payload) : undefined,
    },
  );

describe('an answer that is wrong opens nothing', () => {
  describe.each([
    ['a list', '/epochs', document],
    ['a segment', '/epochs/', segment],
  ] as const)('%s', (_what, about, changes) => {
    it.each(changes)('%s: 503 when there is no other', async (_name, change) => {
      answering(saying(about, change));
      expect([await outcome(token([7, 2])), await outcome(rig.issuer.token())]).toEqual([
        '503 unavailable',
        '503 unavailable',
      ]);
    });

    it.each(changes)('%s: what is known stays, and is not news', async (_name, change) => {
      answering(aProcess([[APP, 2]], { bits: 1 }));
      expect([await outcome(token([7, 1])), await outcome(token([7, 2]))]).toEqual([DEAD_TOKEN, 'accepted']);
      await eventually(() => rig.time.due().length >= 1);
      answering(saying(about, change));
      await nextPoll();
      expect([await outcome(token([7, 1])), await outcome(token([7, 2]))]).toEqual([DEAD_TOKEN, 'accepted']);
      rig.time.sleep(300);
      expect(await outcome(token([7, 2]))).toBe('503 unavailable');
    });
  });

  it.each([
    ['an unknown key', 'other'],
    ['a key of the same name', 'key-1'],
  ])('signed by %s: 503', async (_name, kid) => {
    answering(aProcess([[APP, 2]], { key: createKey(kid) }));
    expect(await outcome(token([7, 2]))).toBe('503 unavailable');
  });

  it('signed by a key that is listed as dead is ignored, also for an incarnation that began later', async () => {
    const stolen = createKey('stolen');
    rig.issuer.published.keys.push(stolen);
    answering(
      aProcess([
        [APP, 2],
        [named('key', 'stolen'), -1],
      ]),
    );
    expect(await outcome(token([7, 2]))).toBe('accepted');
    await eventually(() => rig.time.due().length >= 1);
    answering(aProcess([], { inc: 8, since: 1_800_000_000, key: stolen }));
    await nextPoll();
    expect([await outcome(token([7, 1])), await outcome(token([8]))]).toEqual([DEAD_TOKEN, DEAD_TOKEN]);
    const mixed = aProcess([[APP, 3]], { bits: 1 });
    mixed.say = (payload, path) => {
      mixed.key = path === '/epochs' ? rig.issuer.key : stolen;
      return payload;
    };
    answering(mixed);
    await nextPoll();
    expect(await outcome(token([7, 2]))).toBe('accepted');
  });

  it('an access token is no list', async () => {
    answering(aProcess([], { say: () => rig.issuer.token() }));
    expect(await outcome(token())).toBe('503 unavailable');
  });

  it('a list that is played back is no news once it is too old', async () => {
    const process = aProcess([[APP, 2]]);
    answering(process);
    expect(await outcome(token([7, 2]))).toBe('accepted');
    await eventually(() => rig.time.due().length >= 1);
    const iat = Math.floor(rig.time.now()) - 301;
    process.say = (payload) => ({ ...payload, iat, epochs: {} });
    // So that it is not answered by 304.
    process.epochs.set(OTHER, 1);
    await nextPoll();
    expect([await outcome(token([7, 1])), await outcome(token([7, 2]))]).toEqual([DEAD_TOKEN, 'accepted']);
    rig.time.sleep(300);
    expect(await outcome(token([7, 2]))).toBe('503 unavailable');
  });
});
