/** The viramas of Brahmi's scripts (canonical combining class 9): a joiner behind one chooses between forms of a cluster. */
const VIRAMA =
  '[\\u094D\\u09CD\\u0A4D\\u0ACD\\u0B4D\\u0BCD\\u0C4D\\u0CCD\\u0D3B\\u0D3C\\u0D4D\\u0DCA\\u0E3A\\u0EBA\\u0F84\\u1039\\u103A' +
  '\\u1714\\u1734\\u17D2\\u1A60\\u1B44\\u1BAA\\u1BAB\\u1BF2\\u1BF3\\uA806\\uA8C4\\uA953\\uA9C0\\uAAF6\\uABED]';

/** Letters of scripts that are written joined. JavaScript knows no Joining_Type, so the letters that never join what follows are named. */
const JOINING = '[\\p{sc=Arab}\\p{sc=Syrc}\\p{sc=Mong}\\p{sc=Nkoo}\\p{sc=Mand}\\p{sc=Rohg}\\p{sc=Adlm}]';
const JOINS_NOTHING_BEHIND =
  '[\\u0621-\\u0625\\u0627\\u0629\\u062F-\\u0632\\u0648\\u0671-\\u0677\\u0688-\\u0699\\u06C0\\u06C3-\\u06CB\\u06CD\\u06CF' +
  '\\u06D2\\u06D3\\u06D5\\u06EE\\u06EF\\u0710\\u0715-\\u0719\\u071E\\u0728\\u072A\\u072C\\u072F]';

/** Marks on one letter. More are a pile, and what looks back over any number takes time by the square of them. */
const MARKS = '\\p{M}{0,4}';

/** Where joiners do something that one sees: UAX #31 §2.3, rules A1, A2 and B; and the Bengali ra, whose joiner comes first. */
const CONTEXTS = [
  `(?<=(?!${JOINS_NOTHING_BEHIND})(?=\\p{L})${JOINING}${MARKS})\\u200C(?=${MARKS}(?=\\p{L})${JOINING})`,
  `(?<=\\p{L}${MARKS}${VIRAMA}${MARKS})\\u200C(?=\\p{L})`,
  `(?<=\\p{L}${MARKS}${VIRAMA}${MARKS})\\u200D(?!\\p{Mc})`,
  '(?<=[\\u09B0\\u09F0])\\u200D(?=\\u09CD\\u09AF)',
];

/** Emoji that are made of several, and the style of one; key caps; the flags of England, Scotland and Wales: UTS #51. */
const EMOJI = [
  '(?<=\\p{Extended_Pictographic}\\uFE0F?\\p{Emoji_Modifier}?)\\u200D(?=\\p{Extended_Pictographic})',
  '(?<=\\p{Extended_Pictographic})\\uFE0F',
  '(?<=[0-9#*])\\uFE0F(?=\\u20E3)',
  '(?<=\\u{1F3F4})\\u{E0067}\\u{E0062}(?:\\u{E0065}\\u{E006E}\\u{E0067}|\\u{E0073}\\u{E0063}\\u{E0074}|\\u{E0077}\\u{E006C}\\u{E0073})\\u{E007F}',
];

export const ALLOWED_JOINERS = new RegExp([...CONTEXTS, ...EMOJI].join('|'), 'gu');
