/**
 * Verifies an access token offline and prints what it says.
 *
 *   npm run --silent example:verify -- eyJhbGciOi…
 *
 * ISSUER and AUDIENCE say which server and which API the token must be from and for.
 */
import { createRemoteJWKSet, jwtVerify } from 'jose';

const issuer = process.env.ISSUER ?? 'http://localhost:3000';
const audience = process.env.AUDIENCE ?? 'https://reports.example.com';
const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`));

try {
  const { payload } = await jwtVerify(process.argv[2] ?? '', keys, {
    issuer, // who made it
    audience, // whom it is for: a token for another API is not for you
    typ: 'at+jwt', // an access token (RFC 9068), not an ID token
    algorithms: ['ES256', 'RS256'], // what this issuer signs with, and nothing that a sender chooses
    requiredClaims: ['exp', 'client_id'],
  });
  console.log(JSON.stringify(payload, null, 2));
} catch (error) {
  console.error(`Not a valid token for ${audience} from ${issuer}: ${(error as Error).message}`);
  console.error('Another server or API? Set ISSUER and AUDIENCE. Not a JWT at all? See docs/tokens.md.');
  process.exitCode = 1;
}
