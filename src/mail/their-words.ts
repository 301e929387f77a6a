/**
 * What others wrote, in mail to people who do not know them. Mail programs make links of addresses, domains and numbers,
 * and whoever names a team "Call +1 …" or "evil.com" would write to strangers in our name.
 */

/** Dots of any script between letters or digits: a domain, or what a program takes for one. */
const DOTS = /(?<=[\p{L}\p{M}\p{N}_-])[.\u2024\u3002\uFE52\uFF0E\uFF61](?=[\p{L}\p{M}\p{N}])/gu;
const AT = /[@\uFE6B\uFF20]/gu;
const SCHEMES =
  /[:\uFE55\uFF1A](?=[/\uFF0F\\]{2})|(?<=\b(?:mailto|tel|sms|sip|sips|callto|facetime|geo|xmpp|data|javascript))[:\uFF1A]/giu;
/** Seven digits and more, however they are parted, but no date. */
const NUMBERS =
  /(?<!\p{Nd}-?)(?!\p{Nd}{4}-\p{Nd}{2}-\p{Nd}{2}(?!\p{Nd}))[+\uFF0B(]?\p{Nd}(?:[\s().\-\u2010-\u2015/]*\p{Nd}){6,}/gu;

/** The same words, in which no program finds an address, a link or a number to call. */
export const withoutLinks = (text: string) =>
  text.replace(NUMBERS, '[number]').replace(SCHEMES, '[:]').replace(AT, '[at]').replace(DOTS, '[.]');

const LONGEST_NAME = 60;

/** What people follow or call, though no program makes a link of it: other dots in a word, other gaps in a number, letters for digits. */
const FOR_PEOPLE =
  /[/\\]|[Ww]{3}|[\p{L}\p{N}][\u00B7\u2022\u2027\u2219\u22C5\u2E31\u30FB][\p{L}\p{N}]|(?:\p{Nd}[\s._,:-]*){7}|\p{Nd}{3}[\s._-]*\p{Lu}{4}/u;
const DATE = /(?<!\p{Nd})\p{Nd}{4}-\p{Nd}{2}-\p{Nd}{2}(?!\p{Nd})/gu;

/** Digits and letters in circles, key caps and other forms for show, as what they say. */
const plainly = (name: string) => name.normalize('NFKC').replace(/[\uFE0F\u20E3]/gu, '');

/** Whether a name may stand in mail to a stranger: it is short, and there is nothing in it to follow or to call. */
export const isForStrangers = (name: string) => {
  const plain = plainly(name);
  return name.length <= LONGEST_NAME && withoutLinks(plain) === plain && !FOR_PEOPLE.test(plain.replace(DATE, ''));
};
