import { z } from 'zod';
import { JsonProblem, parseJson } from '../../json.ts';
import { t } from '../../texts/texts.ts';
import { judgeAddress } from '../../web-addresses.ts';
import { isReadable, type Jwk, problemOfKey } from './public-jwk.ts';

const MOST_KEYS = 10;

/** Ten RSA keys of 8192 bits with their names are 15 kB; certificates make them larger. */
const MOST_BYTES = 48 * 1024;

export type Jwks = { keys: Record<string, unknown>[] };

/** A JWK Set of public keys (RFC 7517 §5) that an app signs its assertions with (RFC 7523). */
export const PublicJwks = z
  .object(
    {
      keys: z
        .array(z.record(z.string(), z.unknown()), { error: () => t('refusals.jwksList') })
        .min(1, { error: () => t('refusals.jwksEmpty') })
        .max(MOST_KEYS, { error: () => t('refusals.jwksMost', { most: MOST_KEYS }) }),
    },
    { error: () => t('refusals.jwksNone') },
  )
  .superRefine(({ keys }, ctx) => {
    for (const [index, key] of keys.entries()) {
      const problem = problemOfKey(key) ?? problemAmong(keys.slice(0, index), key);
      if (problem)
        ctx.addIssue({ code: 'custom', path: ['keys', index], message: t('keys.key', { number: index + 1, problem }) });
    }
    if (ctx.issues.length === 0 && Buffer.byteLength(JSON.stringify(keys)) > MOST_BYTES) {
      ctx.addIssue({
        code: 'custom',
        path: ['keys'],
        message: t('refusals.jwksLarge', { size: MOST_BYTES / 1024 }),
      });
    }
  });

/** RFC 7517 §4.5: a name that two keys share names neither. */
function problemAmong(others: readonly Jwk[], key: Jwk): string | undefined {
  if (key.kid !== undefined && others.some(({ kid }) => kid === key.kid)) return t('keys.sameKid');
  return others.some((other) => numbersOf(other) === numbersOf(key)) ? t('keys.same') : undefined;
}

/** Several programs write zeros before a number that RFC 7518 §2 wants none before. It is the same number. */
const numbersOf = ({ kty, x, y, n }: Jwk) =>
  JSON.stringify([x, y, n].map((number) => (kty === 'OKP' ? number : withoutZeros(number))));
const withoutZeros = (number: unknown) =>
  Buffer.from(String(number), 'base64url')
    .toString('hex')
    .replace(/^(?:00)+/, '');

/**
 * Reads what somebody gives as the keys of an app: a JWK Set, or a single key, which then is a set of one. What the keys are
 * is for PublicJwks to judge. @throws {JsonProblem}
 */
export function parseJwks(text: string | Uint8Array): Jwks {
  const value = parseJson(text, { maxBytes: 64 * 1024 });
  return (value.kty !== undefined && value.keys === undefined ? { keys: [value] } : value) as Jwks;
}

/**
 * What of a set that an app publishes can be used: sets of others hold keys for other purposes as well.
 * @throws {JsonProblem} when it is not a JWK Set
 */
export function usableKeys(text: string | Uint8Array): Jwks {
  const { keys } = parseJwks(text);
  if (!Array.isArray(keys)) throw new JsonProblem(t('keys.jsonNoSet'));
  const isObject = (key: unknown): key is Record<string, unknown> =>
    typeof key === 'object' && key !== null && !Array.isArray(key);
  const good: Record<string, unknown>[] = [];
  for (const key of keys.filter(isObject)) {
    if (good.length < MOST_PUBLISHED && problemOfKey(key) === undefined && problemAmong(good, key) === undefined)
      good.push(key);
  }
  return { keys: good };
}

const MOST_PUBLISHED = 50;

/** Stored keys as they are shown and exported. What was stored before keys were looked at may be nested as deep as it likes. */
export function shownKeys(jwks: Jwks | null): Jwks | null {
  if (!jwks || !Array.isArray(jwks.keys)) return null;
  return { keys: jwks.keys.slice(0, MOST_KEYS).map(flat) };
}

/** Stored keys as signatures are checked with them. */
export function readableKeys(jwks: Jwks): Jwks {
  return { keys: (shownKeys(jwks)?.keys ?? []).filter(isReadable) };
}

function flat(key: Record<string, unknown>): Record<string, unknown> {
  const isShown = (value: unknown): boolean =>
    typeof value === 'string' ? value.length <= MOST_BYTES : typeof value === 'number' || typeof value === 'boolean';
  return Object.fromEntries(
    Object.entries(key).filter(([, value]) => isShown(value) || (Array.isArray(value) && value.every(isShown))),
  );
}

/** Where an app publishes such a set; fetched by the provider, which refuses addresses of internal networks. */
export const JwksUri = z
  .string()
  .max(2000)
  .superRefine((value, ctx) => {
    const verdict = judgeAddress(value);
    if (verdict.ok && verdict.url.protocol === 'https:' && !value.includes('#')) return;
    const problem = verdict.ok ? '' : ` ${t('addresses.thisOne', { problem: verdict.explanation })}`;
    const rule = t('addresses.keysRule');
    ctx.addIssue({ code: 'custom', message: rule + problem });
  });
