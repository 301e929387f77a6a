import { type JsonObject, JsonProblem, parseJson } from '../../json.ts';

/** What a pasted text looks like, before anyone is asked about it. */
export type Shape =
  | { readonly kind: 'client_secret' | 'id' | 'encrypted' | 'unreadable' }
  | { readonly kind: 'opaque'; readonly value: string }
  | { readonly kind: 'jwt'; readonly token: Jwt };

export interface Jwt {
  readonly text: string;
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** A token as it is copied: alone, or with the header that it stood in; white space is what a terminal broke. */
export function shapeOf(pasted: string): Shape {
  const text = pasted
    .trim()
    .replace(/^authorization:\s*/i, '')
    .replace(/^(bearer|dpop)\s+/i, '')
    .replace(/\s+/g, '');
  if (/^lks_/.test(text)) return { kind: 'client_secret' };
  if (/^(app|usr|api|sec|sub|team)_[\w-]+$/.test(text)) return { kind: 'id' };
  const parts = text.split('.');
  if (parts.length === 5) return { kind: 'encrypted' };
  if (parts.length === 3) {
    const [header, claims] = [decode(parts[0]), decode(parts[1])];
    return header && claims ? { kind: 'jwt', token: { text, header, claims } } : { kind: 'unreadable' };
  }
  return /^[\w-]{20,200}$/.test(text) ? { kind: 'opaque', value: text } : { kind: 'unreadable' };
}

/** Its members go into questions to the database and onto the page, so they are held to what both can take. */
function decode(part = ''): JsonObject | undefined {
  try {
    return parseJson(Buffer.from(part, 'base64url'));
  } catch (error) {
    if (error instanceof JsonProblem) return undefined;
    throw error;
  }
}

export type Purpose = 'access_token' | 'id_token' | 'other';

/** What a JWT is for: by its `typ` (RFC 9068 §2.1), and an ID token by what only those have (OpenID Connect Core §2). */
export function purposeOf({ header, claims }: Jwt): Purpose {
  const typ = String(header.typ ?? '')
    .toLowerCase()
    .replace(/^application\//, '');
  if (typ === 'at+jwt') return 'access_token';
  const isPlain = typ === '' || typ === 'jwt';
  return isPlain && typeof claims.sub === 'string' && claims.aud !== undefined && !('events' in claims)
    ? 'id_token'
    : 'other';
}
