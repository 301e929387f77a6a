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

/** Whether a name may stand in mail to a stranger: it is short, and there is nothing in it to follow or to call. */
export const isForStrangers = (name: string) =>
  name.length <= LONGEST_NAME && withoutLinks(name) === name && !/[/\\]|www/iu.test(name);
