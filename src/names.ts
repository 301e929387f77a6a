/**
 * What is not seen in a name, or changes how what stands around it is read: controls, line ends, embeddings and isolates of
 * a direction, and letters of no width. What scripts and emoji are joined with stays allowed.
 */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\u00AD\u200B\u2060-\u206F\u202A-\u202E\uFEFF\u{E0000}-\u{E007F}]/gu;

/** For names that people choose. */
export const isPlainName = (name: string) => name.search(UNSEEN) < 0;

export const PLAIN_NAME = 'A name is one line, without marks that nobody sees.';

/** Text of others with a sign in each place where it could turn what stands around it, or move the cursor of a terminal. */
export const showUnseen = (text: string) => text.replace(UNSEEN, '\u{FFFD}');

/** The form in which two names look the same: whatever their spelling, capitals and spaces, and what joins letters. */
export const nameKey = (name: string) =>
  name
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .trim()
    .toLowerCase()
    .replace(/\s+/g, ' ');
