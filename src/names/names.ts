import { z } from 'zod';
import { inNumber } from '../texts/moments.ts';
import { t } from '../texts/texts.ts';
import { ALLOWED_JOINERS } from './joiners.ts';
import { mixesLookAlikes } from './scripts.ts';

/**
 * What is not seen in a name, or changes how what stands around it is read: controls and formats, line ends, code points
 * that Unicode calls default-ignorable (fillers, joiners, variation selectors, tags), private and unassigned ones, and those
 * few that are drawn as nothing although no property says so.
 */
const UNSEEN =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\uFFFC\u{1D159}\u{13441}\u{13442}]/gu;

/** Marks that hang on nothing, and piles of them that reach into other lines (UTS 39 §5.4). */
const LOOSE_MARKS = /(?:^|[^\p{L}\p{N}\p{M}\p{Extended_Pictographic}])\p{M}|\p{Mn}{5}|(\p{Mn})\1/u;

/** Joiners and emoji styles where they belong are seen, by what they do. */
const withoutJoiners = (name: string) => name.normalize('NFC').replace(ALLOWED_JOINERS, '');

/** For names that people choose. */
export const isPlainName = (name: string) => {
  const plain = withoutJoiners(name);
  return plain.search(UNSEEN) < 0 && !LOOSE_MARKS.test(plain.normalize('NFD')) && !mixesLookAlikes(plain);
};

export const PLAIN_NAME = { error: () => t('refusals.plainName') };

/** What a name is, by the same rule everywhere; the message says what it is the name of. */
export const nameOf = (missing: () => string, most = 100) =>
  z
    .string()
    .normalize('NFC')
    .trim()
    .min(1, { error: missing })
    .max(most, { error: () => t('refusals.nameLong', { most }) })
    .refine(isPlainName, PLAIN_NAME);

/** A text of several lines, for others to read: what nobody sees in it is refused, but not line ends and tabs. */
const isPlainText = (text: string) =>
  withoutJoiners(text.replace(/\r\n|[\n\t\u200E\u200F\u061C]/g, ' ')).search(UNSEEN) < 0;

const PLAIN_TEXT = { error: () => t('refusals.plainText') };

/** What something is, in words for people; empty says nothing. */
export const descriptionOf = (most: number, tooLong = () => t('refusals.descriptionLong', { most: inNumber(most) })) =>
  z.string().trim().max(most, { error: tooLong }).refine(isPlainText, PLAIN_TEXT);

const UNSEEN_OR_JOINER = new RegExp(`${ALLOWED_JOINERS.source}|(${UNSEEN.source})`, 'gu');

/** Text of others with a sign in each place where it could turn what stands around it, or move the cursor of a terminal. */
export const showUnseen = (text: string) =>
  text.replace(UNSEEN_OR_JOINER, (match, unseen?: string) => (unseen === undefined ? match : '\u{FFFD}'));

/** The same for text of several lines. Marks of direction that end with their letter stay: right-to-left text is full of them. */
export const showUnseenInText = (text: string) =>
  /^[\x20-\x7E]*$/.test(text) ? text : text.replace(/[^\r\n\t\u200E\u200F\u061C]+/g, showUnseen);

/** The form in which two names look the same: whatever their spelling, capitals and spaces, and what joins letters. */
export const nameKey = (name: string) =>
  name
    .normalize('NFKC')
    .replace(/\p{Cf}|\p{Default_Ignorable_Code_Point}/gu, '')
    .trim()
    .toLowerCase()
    .replace(/\s+/g, ' ');
