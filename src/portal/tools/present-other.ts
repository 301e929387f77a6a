import type { BearerValue } from '../../revocation/bearer-values.ts';
import type { InspectionView } from '../../views/models/tools.ts';
import { fromNow } from '../moments.ts';

type Plain = Pick<InspectionView, 'title' | 'tone' | 'label' | 'text'>;

const nothingElse = { facts: [], verdict: undefined, checks: [], header: [], claims: [] };

const PLAIN: Record<'client_secret' | 'id' | 'encrypted' | 'unreadable', Plain> = {
  client_secret: {
    title: 'A client secret',
    tone: 'bad',
    label: 'do not paste',
    text: 'Whoever has it is the app. It was not stored here, but if anyone could look over your shoulder, or it lies in a chat or a ticket, rotate it on the app’s page.',
  },
  id: {
    title: 'An id, and no token',
    tone: 'warn',
    label: 'no token',
    text: 'It names something of this server. It opens nothing, and there is nothing in it to look at.',
  },
  encrypted: {
    title: 'An encrypted token',
    tone: 'warn',
    label: 'not from this server',
    text: 'It has five parts: a JWE. This server issues none, and only whoever it is for can read it.',
  },
  unreadable: {
    title: 'No token',
    tone: 'warn',
    label: 'no token',
    text: 'This is not a token that we can read. A JWT has three parts with dots between them, and begins with ey. Was it cut off?',
  },
};

export const presentPlain = (kind: keyof typeof PLAIN): InspectionView => ({ ...PLAIN[kind], ...nothingElse });

const OPAQUE: Record<BearerValue['kind'], Plain> = {
  access_token: {
    title: 'An access token for UserInfo',
    tone: 'good',
    label: 'issued by this server',
    text: 'It is opaque because the request had openid and named no API: such a token is good at UserInfo (/me) only, and no API can take it. For a token for an API, send resource=… with the API’s identifier in the authorization request.',
  },
  refresh_token: {
    title: 'A refresh token',
    tone: 'bad',
    label: 'do not paste',
    text: 'Whoever has it can get tokens for the person for months. It was not used and not stored here, but keep it out of pages, chats and tickets. It is opaque because only this server reads it.',
  },
  code: {
    title: 'An authorization code',
    tone: 'bad',
    label: 'do not paste',
    text: 'An app exchanges it for tokens, once, within a minute. It was not used and not stored here.',
  },
};

/** A value without structure: what it is, as this server remembers it. */
export function presentOpaque(found: BearerValue | undefined, now: Date): InspectionView {
  if (!found) {
    return {
      title: 'An opaque value',
      tone: 'warn',
      label: 'not known',
      text: 'It is not a JWT, so there is nothing to read in it. This server does not know it: it has expired or was ended, or it is of another server.',
      ...nothingElse,
    };
  }
  const { kind, expiresAt, usedAt } = found;
  const when = (date: Date | null) => (date ? fromNow(date, now) : 'never');
  const facts = [
    { label: expiresAt && expiresAt <= now ? 'Expired' : 'Expires', value: when(expiresAt), code: false },
    ...(kind === 'access_token' ? [] : [{ label: 'Used', value: when(usedAt), code: false }]),
  ];
  return { ...OPAQUE[kind], ...nothingElse, facts };
}
