import { type JsonObject, JsonProblem, parseJson } from '../json.ts';
import { type TextKey, t } from '../texts/texts.ts';
import { dateOfSeconds, fromNow, inMoment } from './moments.ts';

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

const HEADER: Readonly<Record<string, TextKey>> = {
  alg: 'tools.headerAlg',
  typ: 'tools.headerTyp',
  kid: 'tools.headerKid',
};

const CLAIMS: Readonly<Record<string, TextKey>> = {
  iss: 'tools.claimIss',
  sub: 'tools.claimSub',
  aud: 'tools.claimAud',
  client_id: 'tools.claimClientId',
  scope: 'tools.claimScope',
  jti: 'tools.claimJti',
  grant_id: 'tools.claimGrantId',
  roles: 'tools.claimRoles',
};

const TIMES = { iat: 'tools.timeIat', nbf: 'tools.timeNbf', exp: 'tools.timeExp' } as const;

const isTime = (name: string): name is keyof typeof TIMES => Object.hasOwn(TIMES, name);
const wordsIn = (table: Readonly<Record<string, TextKey>>, name: string) => {
  const key = Object.hasOwn(table, name) ? table[name] : undefined;
  return key ? t(key) : '';
};

/** What a JWT says, member by member; undefined for what is no JWT. Its signature is not looked at. */
export function describeToken(token: string, now: Date): TokenInWords | undefined {
  const [header, claims] = token.split('.').slice(0, 2).map(decode);
  if (!header || !claims) return undefined;
  return {
    header: Object.entries(header).map(([name, value]) => ({
      name,
      value: textOf(value),
      words: wordsIn(HEADER, name),
    })),
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
  const date = dateOfSeconds(value);
  if (date && isTime(name)) {
    const ahead = (date.getTime() - now.getTime()) / 1000;
    const key = name === 'exp' && ahead <= 0 ? 'tools.timeExpired' : TIMES[name];
    return t(key, { when: fromNow(date, now), moment: inMoment(date) });
  }
  if (name === 'sub' && value === claims.client_id) return t('tools.claimSubApp');
  return wordsIn(CLAIMS, name);
}
