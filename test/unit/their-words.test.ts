import { describe, expect, it } from '@jest/globals';
import { isForStrangers, withoutLinks } from '../../src/mail/their-words.ts';

describe('what others wrote', () => {
  it.each([
    ['see https://evil.com/x?y', 'see https[:]//evil[.]com/x?y'],
    ['evil.com', 'evil[.]com'],
    ['www.evil.co.uk', 'www[.]evil[.]co[.]uk'],
    ['evil。com', 'evil[.]com'],
    ['evil．com', 'evil[.]com'],
    ['пример.рф', 'пример[.]рф'],
    ['write to eve@example.com', 'write to eve[at]example[.]com'],
    ['eve＠example', 'eve[at]example'],
    ['mailto:eve', 'mailto[:]eve'],
    ['TEL:112', 'TEL[:]112'],
    ['call +1 (555) 010-9999 now', 'call [number] now'],
    ['call 0800 1234567', 'call [number]'],
    ['http://127.0.0.1:8080', 'http[:]//127[.]0[.]0[.]1:8080'],
    ['\\\\evil\\share file:\\\\evil', '\\\\evil\\share file[:]\\\\evil'],
  ])('%j has nothing to follow in it', (text, expected) => {
    expect(withoutLinks(text)).toBe(expected);
  });

  it.each(['Reads reports: all of them, e. g. those of 2026-11-29.', 'reports:read', 'Area 51 & Söhne', 'Ops, Inc.'])(
    '%j stays as it is',
    (text) => {
      expect(withoutLinks(text)).toBe(text);
    },
  );

  it.each([
    'evil.com',
    'evil·com',
    'evil‧com',
    'Call +1 555 010 9999',
    'Call ⑤⑤⑤⓪①⓪⓪',
    'Call 5\ufe0f\u20e35\ufe0f\u20e35\ufe0f\u20e30\ufe0f\u20e31\ufe0f\u20e30\ufe0f\u20e30\ufe0f\u20e3',
    'Call 555_010_9999',
    'Call 1-800-FLOWERS',
    'eve@example.com',
    'eve ⓐⓣ ﹫example',
    'www evil com',
    'go to evil/com',
    'x'.repeat(61),
  ])('%j is no name for strangers', (name) => {
    expect(isForStrangers(name)).toBe(false);
  });

  it.each(['Finance & Co.', 'Équipe qualité', '財務部', 'Team 42', 'Sprint 2026-11-29', 'நிர்வாகி', '100 percent'])(
    '%j is one',
    (name) => {
      expect(isForStrangers(name)).toBe(true);
    },
  );
});
