import { domainToASCII, domainToUnicode } from 'node:url';
import isEmail from 'validator/lib/isEmail.js';
import { z } from 'zod';
import { t } from '../texts/texts.ts';
import { isPlainName } from './names.ts';
import { mixesLookAlikes, passesForAscii } from './scripts.ts';

const MOST = 254;

/**
 * An email address (RFC 6531: with letters of any script) in the one form in which we keep and show it. Its domain is
 * shown in its own letters where those pass for no others, and as its A-labels (RFC 5890) otherwise.
 */
export const emailAddress = (message: string | (() => string) = 'must be an email address') =>
  z
    .string()
    .trim()
    .max(MOST, { error: () => t('refusals.addressLong', { most: MOST }) })
    .transform((text, ctx) => {
      const address = parseAddress(text);
      if (address) return address;
      ctx.addIssue({ code: 'custom', message: typeof message === 'string' ? message : message(), input: text });
      return z.NEVER;
    })
    .meta({ format: 'idn-email' });

function parseAddress(text: string): string | undefined {
  const { local, domain } = split(text.normalize('NFC'));
  const ascii = toAscii(domain);
  // Quoted local parts are no address that anyone has; letters in a form for show are another mailbox that looks the same.
  if (ascii === '' || local.includes('"') || local !== local.normalize('NFKC')) return undefined;
  if (!isPlainName(local) || !isPlainName(domain) || !isEmail.default(`${local}@${ascii}`)) return undefined;
  const address = `${local}@${shownDomain(ascii)}`;
  return `${local}@${ascii}`.length > MOST ? undefined : address;
}

/** The form in which two spellings of an address are the same one: the domain as its A-labels. */
export function emailKey(email: string): string {
  const { local, domain } = split(email.normalize('NFKC').trim().toLowerCase());
  return domain === '' ? local : `${local}@${toAscii(domain) || domain}`;
}

/** The address as any program takes it (RFC 5322 addr-spec), if its local part is in ASCII. */
export function addrSpec(email: string): string {
  const { local, domain } = split(email);
  return domain === '' ? email : `${local}@${toAscii(domain) || domain}`;
}

function split(address: string): { local: string; domain: string } {
  const at = address.lastIndexOf('@');
  return at < 0 ? { local: address, domain: '' } : { local: address.slice(0, at), domain: address.slice(at + 1) };
}

/** UTS 46 by Node's own URL parser, which mends and drops what is no domain: that is not one, and stays as it is. */
function toAscii(domain: string): string {
  if (!/[^\x00-\x7F]/.test(domain) && !/(^|\.)xn--/i.test(domain)) return domain.toLowerCase();
  return /[\x00-\x2C/:-@[-`{-\x7F]/.test(domain) ? '' : domainToASCII(domain);
}

function shownDomain(ascii: string): string {
  const shown = domainToUnicode(ascii);
  const deceives = shown === '' || shown.split('.').some((label) => passesForAscii(label) || mixesLookAlikes(label));
  return deceives || !isPlainName(shown) ? ascii : shown;
}
