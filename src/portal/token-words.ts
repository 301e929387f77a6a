import { type JsonObject, JsonProblem, parseJson } from '../json.ts';
import { dateOfSeconds, fromNow, inMoment, inSpan } from './moments.ts';

/** One member of a token, with what it says in words. */
export interface ClaimInWords {
  readonly name: string;
  readonly value: string;
  readonly words: string;
}

export interface TokenInWords {
  readonly header: readonly ClaimInWords[];
  readonly claims: readonly ClaimInWords[];
}

const HEADER: Readonly<Record<string, string>> = {
  alg: 'The algorithm of its signature.',
  typ: 'What it is: a JWT access token (RFC 9068).',
  kid: 'Which of the server’s published keys signed it.',
};

const CLAIMS: Readonly<Record<string, string>> = {
  iss: 'Who issued it: this server.',
  sub: 'Whom it is about.',
  aud: 'The API that it is for. Any other API refuses it.',
  client_id: 'The app that it was issued to.',
  scope: 'What it allows.',
  jti: 'Its own id, by which it can be revoked.',
  grant_id: 'The consent that it comes from.',
  roles: 'The roles that the person has at this API.',
};

const TIMES: Readonly<Record<string, string>> = { iat: 'Issued', nbf: 'Valid from', exp: 'Expires' };

/** What a JWT says, member by member; undefined for what is no JWT. Its signature is not looked at. */
export function describeToken(token: string, now: Date): TokenInWords | undefined {
  const [header, claims] = token.split('.').slice(0, 2).map(decode);
  if (!header || !claims) return undefined;
  return {
    header: Object.entries(header).map(([name, value]) => ({ name, value: textOf(value), words: HEADER[name] ?? '' })),
    claims: Object.entries(claims).map(([name, value]) => ({
      name,
      value: textOf(value),
      words: wordsOf(name, value, claims, now),
    })),
  };
}

function decode(part: string): JsonObject | undefined {
  try {
    return parseJson(Buffer.from(part, 'base64url'));
  } catch (error) {
    if (error instanceof JsonProblem) return undefined;
    throw error;
  }
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

function wordsOf(name: string, value: unknown, claims: Record<string, unknown>, now: Date): string {
  const time = TIMES[name];
  const date = dateOfSeconds(value);
  if (time && date) {
    const ahead = (date.getTime() - now.getTime()) / 1000;
    return `${name === 'exp' && ahead <= 0 ? 'Expired' : time} ${ahead > 0 ? `in ${inSpan(ahead)}` : fromNow(date, now)}: ${inMoment(date)}.`;
  }
  if (name === 'sub' && value === claims.client_id) return 'Whom it is about: the app itself, and no person.';
  return CLAIMS[name] ?? '';
}
