import { z } from 'zod';

/** Members of a JWK that only its owner may have (RFC 7518 §6.2.2, §6.3.2, §6.4.1). */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

type Jwk = Record<string, unknown>;

/** What keeps a key from being used for private_key_jwt, as the end of a sentence; undefined when nothing does. */
function problemOf(key: Jwk): string | undefined {
  if (key.kty === 'oct') return 'is a shared secret; only public keys are kept here';
  if (PRIVATE_MEMBERS.some((member) => member in key)) {
    return 'holds its private part; keep that to the app, and give the public part here';
  }
  if (key.use !== undefined && key.use !== 'sig') return 'is not for signatures; its “use” must be “sig”';
  if (key.kty === 'EC') return key.crv === 'P-256' ? undefined : 'is on a curve that is not taken here; use P-256';
  if (key.kty === 'OKP') return key.crv === 'Ed25519' ? undefined : 'is on a curve that is not taken here; use Ed25519';
  if (key.kty !== 'RSA') return 'is of a kind that is not taken here; use EC, OKP or RSA';
  const bits = Buffer.from(String(key.n ?? ''), 'base64url').length * 8;
  return bits >= 2048 ? undefined : 'is an RSA key of fewer than 2048 bits';
}

/** A JWK Set of public keys (RFC 7517 §5) that an app signs its assertions with (RFC 7523). */
export const PublicJwks = z
  .object(
    {
      keys: z
        .array(z.record(z.string(), z.unknown()), 'A JWK Set has a list of “keys”.')
        .min(1, 'A JWK Set needs at least one key.')
        .max(10, 'A JWK Set has at most 10 keys here.'),
    },
    'This is not a JWK Set: an object with a list of “keys”.',
  )
  .superRefine(({ keys }, ctx) => {
    for (const [index, key] of keys.entries()) {
      const problem = problemOf(key);
      if (problem) ctx.addIssue({ code: 'custom', path: ['keys', index], message: `Key ${index + 1} ${problem}.` });
    }
  });

/** Where an app publishes such a set; fetched by the provider, which refuses addresses of internal networks. */
export const JwksUri = z.string().trim().max(2000).refine(isFetchable, {
  error: 'The address of the keys must start with https:// and have no user name, password or fragment.',
});

function isFetchable(value: string): boolean {
  const uri = URL.parse(value);
  return uri?.protocol === 'https:' && uri.username === '' && uri.password === '' && !value.includes('#');
}
