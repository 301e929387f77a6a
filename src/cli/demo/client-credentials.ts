import type { CommandLine } from '../command-line.ts';
import { CommandFailure } from '../failures.ts';
import { authenticate, type DemoOptions, readClient } from './credentials.ts';
import { exchange } from './exchange.ts';
import { discover } from './server.ts';
import { showTokens, verifyAtApi } from './tokens.ts';
import { createTranscript } from './transcript.ts';

export async function runClientCredentials(line: CommandLine, options: DemoOptions): Promise<void> {
  const client = await readClient(line, options, 'machine');
  const transcript = createTranscript(line, options);
  const endpoints = await discover(transcript, client.issuer);
  const { form, authorization } = authenticate(client);
  const words = {
    title: 'The backend asks for a token',
    rfc: 'RFC 6749 §4.4, RFC 8707 §2',
    what: 'It says who it is with its secret, and names the one API (resource) that the token is to be for.',
  };
  const scope = client.scope ? { scope: client.scope } : {};
  const { status, body } = await exchange(transcript, words, {
    url: endpoints.token_endpoint,
    form: { grant_type: 'client_credentials', ...form, resource: client.api, ...scope },
    authorization,
  });
  if (status !== 200) throw new CommandFailure(`no token: ${body.error}: ${body.error_description}`);
  showTokens(transcript, body);
  await verifyAtApi(transcript, endpoints, { token: String(body.access_token), audience: client.api });
  transcript.end('That is all: one request for a token, which is then good for many calls of the API.');
}
