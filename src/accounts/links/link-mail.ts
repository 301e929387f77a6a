import type { Account } from '../../db/tables/tables.ts';
import { type Mail, oneLine } from '../../mail/outbox.ts';
import type { Language } from '../../texts/languages.ts';
import { inMinute } from '../../texts/moments.ts';
import { inLanguage, languageNow } from '../../texts/speech.ts';
import { t } from '../../texts/texts.ts';
import { preferencesOf } from '../preferences.ts';
import { type LinkKind, linkPage, linkTo, type MadeLink } from './links.ts';

type Reader = Pick<Account, 'email' | 'language' | 'time_zone'>;

const WORDS = {
  reset: {
    subject: (brand: string) => t('links.resetSubject', { brand }),
    says: (issuer: string) => t('links.resetMail', { issuer }),
  },
  verification: {
    subject: (brand: string) => t('links.verifySubject', { brand }),
    says: (issuer: string) => t('links.verifyMail', { issuer }),
  },
  address: {
    subject: (brand: string) => t('links.addressSubject', { brand }),
    says: (issuer: string) => t('links.addressMail', { issuer }),
  },
  sign_up: {
    subject: (brand: string) => t('links.signUpSubject', { brand }),
    says: (issuer: string) => t('links.signUpMail', { issuer }),
  },
};

/** The mail with a link. All its words are ours, for it goes where anybody may have it sent. */
export function linkMail(about: {
  kind: LinkKind;
  link: MadeLink;
  to: Reader | string;
  issuer: string;
  brand: string;
}): Mail {
  const { kind, link, to, issuer, brand } = about;
  return mailTo(to, () => ({
    subject: WORDS[kind].subject(brand),
    paragraphs: [
      `${WORDS[kind].says(issuer)}\n${linkTo(issuer, kind, link.code)}`,
      `${t('mail.orEnterCode', { address: linkPage(issuer, kind) })}\n${link.code}`,
      `${t('links.ends', { moment: inMinute(link.ends) })} ${t('links.notAsked')}`,
    ],
  }));
}

/** A mail in the language and the time zone of who reads it; somebody without an account gets that of the request. */
export function mailTo(to: Reader | string, say: () => { subject: string; paragraphs: readonly string[] }): Mail {
  const email = typeof to === 'string' ? to : to.email;
  const preferences = typeof to === 'string' ? undefined : preferencesOf(to);
  const language: Language = preferences?.language ?? languageNow();
  return inLanguage(language, preferences?.timeZone ?? 'UTC', () => {
    const { subject, paragraphs } = say();
    return { to: email, language, subject: oneLine(subject), text: `${paragraphs.join('\n\n')}\n` };
  });
}
