import { randomUUID } from 'node:crypto';
import { type BrandWords, findBrandWords } from '../branding/branding.ts';
import { DEFAULT_NAME } from '../branding/input.ts';
import type { MasterKey } from '../config.ts';
import type { Db } from '../db/connections/connection.ts';
import { mailContext } from '../keys/sealing/contexts.ts';
import { seal, unseal } from '../keys/sealing/seal.ts';
import type { Language } from '../texts/languages.ts';
import { inLanguage } from '../texts/speech.ts';
import { t } from '../texts/texts.ts';

/** A mail to one person, in plain text. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** Of the text; English where nobody says. */
  readonly language?: Language;
}

/** Where actions put mail. They take it as an argument of its own, because it seals with keys that `db` does not have. */
export interface Outbox {
  /** The origin for links in mails. */
  readonly issuer: string;
  /** Queues mails in the transaction of the change that they tell of: no change, no mail. @returns their ids */
  put(db: Db, mails: readonly Mail[], now: Date): Promise<string[]>;
}

/** An outbox that one can look into. */
export interface OpenOutbox extends Outbox {
  /** The text of a mail that was put there. */
  open(mail: { readonly id: string; readonly sealed_text: string }): string;
}

export function createOutbox(masterKeys: readonly MasterKey[], issuer: string): OpenOutbox {
  return {
    issuer,
    open: ({ id, sealed_text: sealed }) => unseal(masterKeys, mailContext(id), sealed),
    async put(db, mails, now) {
      if (mails.length === 0) return [];
      const brand = await findBrandWords(db);
      const rows = mails.map(({ to, subject, text, language = 'en' }) => {
        const foot = inLanguage(language, 'UTC', () => footOf(brand));
        const id = `mail_${randomUUID().replaceAll('-', '')}`;
        const sealed = seal(masterKeys, mailContext(id), text + foot);
        const times = { created_at: now, next_attempt_at: now, give_up_at: giveUpAt(now) };
        return { id, recipient: to, subject: oneLine(subject), sealed_text: sealed, ...times };
      });
      await db.insertInto('mail_outbox').values(rows).execute();
      return rows.map(({ id }) => id);
    },
  };
}

/** Who writes, and what the operator wants people to read, below the line that mail programs know (RFC 3676 §4.3). */
function footOf({ name, privacy_url, terms_url, support_url }: BrandWords): string {
  const links = [
    [t('branding.privacy'), privacy_url],
    [t('branding.terms'), terms_url],
    [t('branding.support'), support_url],
  ].flatMap(([label, url]) => (url ? [`${label}: ${url.replace(/^mailto:/, '')}`] : []));
  return name || links.length > 0 ? ['', '-- ', name ?? DEFAULT_NAME, ...links, ''].join('\n') : '';
}

/** Mail that could not be sent for so long is of no use any more. */
export const GIVE_UP_AFTER_DAYS = 3;
const DAY = 86_400_000;

export const giveUpAt = (now: Date) => new Date(now.getTime() + GIVE_UP_AFTER_DAYS * DAY);

/** Names that people chose may hold line ends, or marks that turn the direction of text. */
export const oneLine = (text: string) => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();
