import { describe, expect, it } from '@jest/globals';
import type { Language } from '../../src/texts/languages.ts';
import { fromNow, inDate, inDay, inHour, inList, inMoment, inNumber, inSpan } from '../../src/texts/moments.ts';
import { inLanguage } from '../../src/texts/speech.ts';
import { timeZoneOf } from '../../src/texts/zones.ts';

const at = new Date('2026-11-03T23:47:49Z');
const within = (language: Language, zone: string, read: () => string) => inLanguage(language, zone, read);
const after = (seconds: number) => new Date(at.getTime() + seconds * 1000);

describe('a time', () => {
  it.each([
    ['en', 'UTC', '3 Nov 2026, 23:47:49 UTC', '3 November 2026'],
    ['en', 'Europe/Berlin', '4 Nov 2026, 00:47:49 CET', '4 November 2026'],
    ['de', 'Europe/Berlin', '4. Nov. 2026, 00:47:49 MEZ', '4. November 2026'],
    ['de', 'America/New_York', '3. Nov. 2026, 18:47:49 GMT-5', '3. November 2026'],
  ] as const)('is told in %s and of %s', (language, zone, moment, date) => {
    expect([within(language, zone, () => inMoment(at)), within(language, zone, () => inDate(at))]).toEqual([
      moment,
      date,
    ]);
  });

  it('is of summer in summer', () => {
    const july = new Date('2026-07-01T12:00:00Z');
    expect(within('de', 'Europe/Berlin', () => inMoment(july))).toBe('1. Juli 2026, 14:00:00 MESZ');
  });

  it('of a chart is of the zone too', () => {
    expect(within('de', 'Europe/Berlin', () => `${inDay(at)} ${inHour(at)}`)).toBe('4. Nov. 00:47');
  });

  it('of another zone does not stay for the next', () => {
    within('de', 'Europe/Berlin', () => inMoment(at));
    expect(inMoment(at)).toBe('3 Nov 2026, 23:47:49 UTC');
  });
});

describe('how far a time is', () => {
  it.each([
    ['en', 'in 3 days', '5 minutes ago', 'now', '1 hour'],
    ['de', 'in 3 Tagen', 'vor 5 Minuten', 'jetzt', '1 Stunde'],
    ['ar', 'خلال 3 أيام', 'قبل 5 دقائق', 'الآن', 'ساعة'],
  ] as const)('is told in %s', (language, ahead, ago, now, span) => {
    expect([
      within(language, 'UTC', () => fromNow(after(3 * 86_400), at)),
      within(language, 'UTC', () => fromNow(after(-300), at)),
      within(language, 'UTC', () => fromNow(at, at)),
      within(language, 'UTC', () => inSpan(3600)),
    ]).toEqual([ahead, ago, now, span]);
  });
});

describe('a number and a list', () => {
  it('are written as the language does', () => {
    expect([inNumber(12_345), inList(['a', 'b', 'c'])]).toEqual(['12,345', 'a, b and c']);
    expect(within('de', 'UTC', () => `${inNumber(12_345)} ${inList(['a', 'b', 'c'])}`)).toBe('12.345 a, b und c');
  });
});

describe('a time zone', () => {
  it.each(['Europe/Berlin', 'UTC', 'America/Argentina/Ushuaia', 'Etc/GMT+5'])('is %s', (zone) => {
    expect(timeZoneOf(zone)).toBe(zone);
  });

  it('is kept by one name, whatever case it comes in', () => {
    expect([timeZoneOf('europe/berlin'), timeZoneOf('Etc/UTC')]).toEqual(['Europe/Berlin', 'UTC']);
  });

  it.each([
    ['', 'nothing'],
    ['+01:00', 'an offset'],
    ['Mars/Olympus', 'of no place here'],
    ['x'.repeat(100_000), 'long'],
    ['Europe/Berlin\r\nX: y', 'with line ends'],
    [undefined, 'no text'],
    [['UTC'], 'a list'],
  ])('is not what is %s (%s)', (zone, _what) => {
    expect(timeZoneOf(zone)).toBeUndefined();
  });
});
