import type { BearerValue } from '../../revocation/bearer-values.ts';
import { type TextKey, t } from '../../texts/texts.ts';
import type { InspectionView } from '../../views/models/tools.ts';
import { fromNow } from '../moments.ts';

/** What a value is: the names of its texts. */
interface Kind {
  readonly title: TextKey;
  readonly text: TextKey;
  readonly tone: InspectionView['tone'];
  readonly label: TextKey;
}

const inWords = ({ title, tone, label, text }: Kind) => ({ title: t(title), tone, label: t(label), text: t(text) });

const nothingElse = { facts: [], verdict: undefined, checks: [], header: [], claims: [] };

const PLAIN = {
  client_secret: {
    title: 'tools.isSecret',
    text: 'tools.isSecretText',
    tone: 'bad',
    label: 'tools.labelDoNotPaste',
  },
  id: { title: 'tools.isId', text: 'tools.isIdText', tone: 'warn', label: 'tools.labelNoToken' },
  encrypted: {
    title: 'tools.isEncrypted',
    text: 'tools.isEncryptedText',
    tone: 'warn',
    label: 'tools.labelForeign',
  },
  unreadable: {
    title: 'tools.isUnreadable',
    text: 'tools.isUnreadableText',
    tone: 'warn',
    label: 'tools.labelNoToken',
  },
} as const satisfies Record<string, Kind>;

export const presentPlain = (kind: keyof typeof PLAIN): InspectionView => ({ ...inWords(PLAIN[kind]), ...nothingElse });

const OPAQUE = {
  access_token: {
    title: 'tools.isOpaqueAccess',
    text: 'tools.isOpaqueAccessText',
    tone: 'good',
    label: 'tools.labelOurs',
  },
  refresh_token: {
    title: 'tools.isRefresh',
    text: 'tools.isRefreshText',
    tone: 'bad',
    label: 'tools.labelDoNotPaste',
  },
  code: { title: 'tools.isCode', text: 'tools.isCodeText', tone: 'bad', label: 'tools.labelDoNotPaste' },
} as const satisfies Record<BearerValue['kind'], Kind>;

const UNKNOWN = {
  title: 'tools.isOpaque',
  text: 'tools.isOpaqueText',
  tone: 'warn',
  label: 'tools.labelUnknown',
} as const satisfies Kind;

/** A value without structure: what it is, as this server remembers it. */
export function presentOpaque(found: BearerValue | undefined, now: Date): InspectionView {
  if (!found) return { ...inWords(UNKNOWN), ...nothingElse };
  const { kind, expiresAt, usedAt } = found;
  const when = (date: Date | null) => (date ? fromNow(date, now) : t('tools.never'));
  const ended = expiresAt && expiresAt <= now;
  const facts = [
    { label: ended ? t('tools.expired') : t('tools.expires'), value: when(expiresAt), code: false },
    ...(kind === 'access_token' ? [] : [{ label: t('tools.used'), value: when(usedAt), code: false }]),
  ];
  return { ...inWords(OPAQUE[kind]), ...nothingElse, facts };
}
