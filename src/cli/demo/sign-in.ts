import { createHash, randomBytes } from 'node:crypto';
import { CommandFailure } from '../failures.ts';
import { authenticate, type DemoClient } from './credentials.ts';
import { exchange } from './exchange.ts';
import { listenOnLoopback } from './loopback.ts';
import type { Endpoints } from './server.ts';
import { shorten, shortenMember } from './shorten.ts';
import type { Transcript } from './transcript.ts';

export type TokenAnswer = Readonly<Record<string, unknown>>;

const random = () => randomBytes(32).toString('base64url');

/** Sends a person through the browser, and swaps the code that comes back for tokens. @throws {CommandFailure} */
export async function signInByBrowser(
  transcript: Transcript,
  endpoints: Endpoints,
  { client, scope }: { client: DemoClient; scope: string },
): Promise<TokenAnswer> {
  const listener = await listenOnLoopback();
  try {
    const verifier = showPkce(transcript);
    const [state, nonce] = [random(), random()];
    const parameters = {
      ...{ client_id: client.clientId, response_type: 'code', redirect_uri: listener.redirectUri, scope, state, nonce },
      resource: client.api,
      ...{ code_challenge: challengeOf(verifier), code_challenge_method: 'S256' },
      // OpenID Connect Core §11: a refresh token is for when the person is away, so they are asked for it.
      ...(scope.split(' ').includes('offline_access') ? { prompt: 'consent' } : {}),
    };
    const url = `${endpoints.authorization_endpoint}?${new URLSearchParams(parameters)}`;
    transcript.step({
      title: 'Send the person to the server',
      rfc: 'RFC 6749 §4.1.1, RFC 8252 §7.3',
      what: 'The app opens this address in the browser, and listens on the loopback address for the answer.',
      shown: { 'listening on': listener.redirectUri, ...parameters },
    });
    transcript.ask(`Open this address in a browser on this machine:\n\n${url}`);
    const code = readAnswer(transcript, await listener.answered(), { state, issuer: endpoints.issuer });
    return await redeem(transcript, endpoints, { client, code, verifier, redirectUri: listener.redirectUri });
  } finally {
    await listener.close();
  }
}

const challengeOf = (verifier: string) => createHash('sha256').update(verifier).digest('base64url');

function showPkce(transcript: Transcript): string {
  const verifier = random();
  transcript.step({
    title: 'Make up a secret for this one sign-in',
    rfc: 'RFC 7636 §4.1 (PKCE)',
    what: 'Only a hash of it goes through the browser; a thief of the code lacks the secret to redeem it.',
    shown: { code_verifier: shorten(verifier), code_challenge: `${challengeOf(verifier)} (its SHA-256)` },
  });
  return verifier;
}

/** @returns the code @throws {CommandFailure} when the answer is a refusal, or not the one to our question */
function readAnswer(transcript: Transcript, url: URL, expected: { state: string; issuer: string }): string {
  const answer = Object.fromEntries(url.searchParams);
  const parameters = Object.entries(answer).map(([name, value]) => [name, shortenMember(name, value)]);
  transcript.step({
    title: 'The browser comes back with a code',
    rfc: 'RFC 6749 §4.1.2, RFC 9207 §2.4',
    what: 'The app checks that state is the one it sent and iss the server it asked; then nobody slipped in another answer.',
    shown: Object.fromEntries(parameters),
  });
  if (answer.state !== expected.state) throw new CommandFailure('state is not the one that was sent');
  if (answer.iss !== expected.issuer) throw new CommandFailure('iss is not the server that was asked');
  if (!answer.code) throw new CommandFailure(`no code: ${answer.error}: ${answer.error_description ?? ''}`);
  return answer.code;
}

async function redeem(
  transcript: Transcript,
  endpoints: Endpoints,
  given: { client: DemoClient; code: string; verifier: string; redirectUri: string },
): Promise<TokenAnswer> {
  const { form, authorization } = authenticate(given.client);
  const words = {
    title: 'Swap the code for tokens',
    rfc: 'RFC 6749 §4.1.3, RFC 7636 §4.5',
    what: 'Straight to the server, with the secret of step 2. A code is good once, for a minute.',
  };
  const { status, body } = await exchange(transcript, words, {
    url: endpoints.token_endpoint,
    form: {
      grant_type: 'authorization_code',
      ...form,
      code: given.code,
      redirect_uri: given.redirectUri,
      code_verifier: given.verifier,
    },
    authorization,
  });
  if (status !== 200) throw new CommandFailure(`no token: ${body.error}: ${body.error_description}`);
  return body;
}
