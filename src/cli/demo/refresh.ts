import type { CommandLine } from '../command-line.ts';
import { CommandFailure } from '../failures.ts';
import { authenticate, type DemoClient, type DemoOptions, readClient } from './credentials.ts';
import { exchange } from './exchange.ts';
import { discover, type Endpoints } from './server.ts';
import { signInByBrowser } from './sign-in.ts';
import { showTokens } from './tokens.ts';
import { createTranscript, type Step, type Transcript } from './transcript.ts';

export async function runRefresh(line: CommandLine, options: DemoOptions): Promise<void> {
  const client = await readClient(line, options, 'native');
  const transcript = createTranscript(line, options);
  const endpoints = await discover(transcript, client.issuer);
  const scope = `openid offline_access ${client.scope}`.trim();
  const { refresh_token: first } = await signInByBrowser(transcript, endpoints, { client, scope });
  if (typeof first !== 'string') throw new CommandFailure('there is no refresh token: the person was not asked for it');
  const use = (token: string, words: Words) => refresh({ transcript, endpoints, client }, token, words);
  const { status, body } = await use(first, RENEWAL);
  if (status !== 200) throw new CommandFailure(`no new tokens: ${body.error}: ${body.error_description}`);
  showTokens(transcript, body);
  const reuse = await use(first, REUSE);
  if (reuse.status === 200) {
    return transcript.end(
      'This app has a retry window: inside it the same answer comes again. After it, both would have ended.',
    );
  }
  await use(String(body.refresh_token), FAMILY);
  transcript.end('Both are useless now. The person signs in again; the thief cannot.');
}

type Words = Pick<Step, 'title' | 'rfc' | 'what'>;

const RENEWAL: Words = {
  title: 'Get new tokens without the person',
  rfc: 'RFC 6749 §6, RFC 9700 §4.14.2',
  what: 'A refresh token is good once: with the new access token comes the next refresh token.',
};
const REUSE: Words = {
  title: 'Somebody uses the old refresh token again',
  rfc: 'RFC 9700 §4.14.2',
  what: 'It was stolen, or the app is confused: after the app’s retry window the server refuses it, and ends this sign-in.',
};
const FAMILY: Words = {
  title: 'The newest refresh token has ended with it',
  rfc: 'RFC 9700 §4.14.2',
  what: 'Neither of the two, app or thief, gets anything any more.',
};

function refresh(
  { transcript, endpoints, client }: { transcript: Transcript; endpoints: Endpoints; client: DemoClient },
  token: string,
  words: Words,
) {
  const { form, authorization } = authenticate(client);
  const request = { grant_type: 'refresh_token', ...form, refresh_token: token };
  return exchange(transcript, words, { url: endpoints.token_endpoint, form: request, authorization });
}
