import type { CommandLine } from '../command-line.ts';
import { type DemoOptions, readClient } from './credentials.ts';
import { discover } from './server.ts';
import { signInByBrowser } from './sign-in.ts';
import { showTokens, verifyAtApi } from './tokens.ts';
import { createTranscript } from './transcript.ts';

export async function runAuthorizationCode(line: CommandLine, options: DemoOptions): Promise<void> {
  const client = await readClient(line, options, 'native');
  const transcript = createTranscript(line, options);
  const endpoints = await discover(transcript, client.issuer);
  const scope = `openid profile ${client.scope}`.trim();
  const tokens = await signInByBrowser(transcript, endpoints, { client, scope });
  showTokens(transcript, tokens);
  await verifyAtApi(transcript, endpoints, { token: String(tokens.access_token), audience: client.api });
  transcript.end('The app knows who signed in, and may call the API for them until the token ends.');
}
