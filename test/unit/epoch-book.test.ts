import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { feedName } from '../../src/revocation/feed/content.ts';
import { createEpochBook, ROUND } from '../../src/revocation/feed/epoch-book.ts';

const NOW = 1_800_000_000;
const aName = (at: number) => createHash('sha256').update(String(at)).digest().subarray(0, 16).toString('base64url');
const entries = (count: number, forgetAt = NOW + 3000) =>
  Array.from({ length: count }, (_, at) => ({ name: aName(at), epoch: 1 + (at % 5), forgetAt }));

async function aBook(count: number) {
  const book = createEpochBook();
  await book.take(entries(count), NOW);
  return book;
}

describe('the entries of the feed of epochs', () => {
  it.each([
    [0, 0],
    [1800, 0],
    [1801, 1],
    [3600, 1],
    [3601, 2],
    [20_000, 4],
  ])('%i of them are divided by %i bits', async (count, bits) => {
    const book = await aBook(count);
    expect([book.listed().bits, book.listed().fingerprints.length]).toEqual([bits, 2 ** bits]);
    const all = [...Array(2 ** bits).keys()].flatMap((index) => [...book.segment(bits, index)]);
    expect(new Map(all)).toEqual(new Map(entries(count).map(({ name, epoch }) => [name, epoch])));
  });

  it('are listed alike by whoever has them, however they came', async () => {
    const [one, other] = [await aBook(5000), createEpochBook()];
    for (const part of [entries(5000).slice(3000).reverse(), entries(3000)]) await other.take(part, NOW + 1);
    expect(other.listed()).toEqual(one.listed());
  });

  it('change one fingerprint when one of them does, and none when none does', async () => {
    const book = await aBook(5000);
    const before = book.listed().fingerprints;
    expect(await book.take(entries(10), NOW + 1)).toBe(false);
    expect(book.listed().fingerprints).toBe(before);
    expect(await book.take([{ name: aName(7), epoch: 9, forgetAt: NOW + 3000 }], NOW + 1)).toBe(true);
    const changed = book.listed().fingerprints.filter((fingerprint, at) => fingerprint !== before[at]);
    expect(changed).toHaveLength(1);
  });

  it('never fall, and dead is above all', async () => {
    const book = createEpochBook();
    const name = feedName('token', 'one');
    const take = (epoch: number) => book.take([{ name, epoch, forgetAt: NOW + 3000 }], NOW);
    for (const [epoch, expected] of [
      [2, 2],
      [1, 2],
      [3, 3],
      [-1, -1],
      [9, -1],
    ] as const) {
      await take(epoch);
      expect(book.segment(0, 0).get(name)).toBe(expected);
    }
  });

  it('go after they may be forgotten, within a round, each first byte at a time of its own', async () => {
    const book = await aBook(0);
    const forgotten = entries(2000, NOW + 50);
    await book.take(forgotten, NOW);
    await book.take([], NOW + 49);
    const sizes = [];
    for (let passed = 50; passed <= 50 + ROUND; passed += ROUND / 10) {
      await book.take([], NOW + passed);
      const { bits } = book.listed();
      sizes.push([...Array(2 ** bits).keys()].reduce((sum, index) => sum + book.segment(bits, index).size, 0));
    }
    expect(sizes[0]).toBeGreaterThan(1900);
    expect(sizes.at(-1)).toBe(0);
    for (const [at, size] of sizes.slice(1).entries()) expect((sizes[at] ?? 0) - size).toBeGreaterThan(100);
  });

  it('go at the same times wherever they came from', async () => {
    const [one, other] = [createEpochBook(), createEpochBook()];
    await one.take(entries(3000, NOW + 50), NOW);
    for (let at = 60; at < 300; at += 7) await one.take([], NOW + at);
    await one.take([], NOW + 300);
    await other.take(entries(3000, NOW + 50), NOW + 300);
    expect(one.listed()).toEqual(other.listed());
    expect(one.segment(0, 0).size).toBeGreaterThan(0);
  });
});
