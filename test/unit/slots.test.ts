import { expect, it } from '@jest/globals';
import { createSlots } from '../../src/outgoing/slots.ts';

const never = new AbortController().signal;

/** Work that ends when it is told to. */
function aJob() {
  const { promise, resolve } = Promise.withResolvers<void>();
  let isRunning = false;
  const work = async () => {
    isRunning = true;
    await promise;
  };
  return { work, end: resolve, isRunning: () => isRunning };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

it('a slow host delays its own requests, and no others', async () => {
  const { inTurn } = createSlots({ most: 3, perHost: 2, mostWaiting: 10 });
  const slow = [aJob(), aJob(), aJob()];
  const all = slow.map((job) => inTurn('slow', never, job.work));
  const other = aJob();
  const done = inTurn('other', never, other.work);
  await settled();
  expect([...slow, other].map((job) => job.isRunning())).toEqual([true, true, false, true]);
  slow[0]?.end();
  await settled();
  expect(slow[2]?.isRunning()).toBe(true);
  for (const job of [...slow, other]) job.end();
  await Promise.all([...all, done]);
});

it('all together are bounded, and one that waits starts as soon as its host has room', async () => {
  const { inTurn } = createSlots({ most: 2, perHost: 1, mostWaiting: 10 });
  const [a1, b1, a2, c1] = [aJob(), aJob(), aJob(), aJob()];
  const all = [
    inTurn('a', never, a1.work),
    inTurn('b', never, b1.work),
    inTurn('a', never, a2.work),
    inTurn('c', never, c1.work),
  ];
  await settled();
  expect([a2.isRunning(), c1.isRunning()]).toEqual([false, false]);
  b1.end();
  await settled();
  expect([a2.isRunning(), c1.isRunning()]).toEqual([false, true]);
  for (const job of [a1, a2, c1]) job.end();
  await Promise.all(all);
});

it('one that waits gives up when told, and takes no turn then; a full queue takes no more', async () => {
  const { inTurn } = createSlots({ most: 1, perHost: 1, mostWaiting: 1 });
  const [running, waiting] = [aJob(), aJob()];
  const first = inTurn('a', never, running.work);
  const patience = new AbortController();
  const second = inTurn('a', patience.signal, waiting.work);
  await expect(inTurn('a', never, aJob().work)).rejects.toThrow('too much else is being asked for');
  patience.abort();
  await expect(second).rejects.toThrow('too much else is being asked for');
  running.end();
  await first;
  expect(waiting.isRunning()).toBe(false);
  const last = aJob();
  last.end();
  await inTurn('a', never, last.work);
});
