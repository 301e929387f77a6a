import type { CommandLine } from '../command-line.ts';
import { CommandFailure } from '../failures.ts';
import { authenticate, type DemoClient, type DemoOptions, readClient } from './credentials.ts';
import { exchange } from './exchange.ts';
import { discover, type Endpoints } from './server.ts';
import type { TokenAnswer } from './sign-in.ts';
import { showTokens } from './tokens.ts';
import { createTranscript, type Transcript } from './transcript.ts';

/** RFC 8628 §3.2 */
interface DeviceAuthorization {
  readonly device_code: string;
  readonly user_code: string;
  readonly verification_uri: string;
  readonly interval?: number;
}

interface Parts {
  readonly transcript: Transcript;
  readonly endpoints: Endpoints;
  readonly client: DemoClient;
}

export async function runDevice(line: CommandLine, options: DemoOptions): Promise<void> {
  const client = await readClient(line, options, 'device');
  const transcript = createTranscript(line, options);
  const endpoints = await discover(transcript, client.issuer);
  const device = await start({ transcript, endpoints, client });
  transcript.ask(
    `Open ${device.verification_uri} on a phone or computer and enter this code:\n\n    ${device.user_code}`,
  );
  showTokens(transcript, await poll(line, { transcript, endpoints, client }, device));
  transcript.end('The device is connected, and nobody typed a password into it.');
}

async function start({ transcript, endpoints, client }: Parts): Promise<DeviceAuthorization> {
  const { form, authorization } = authenticate(client);
  const words = {
    title: 'The device asks for a code',
    rfc: 'RFC 8628 §3.1',
    what: 'It gets two: a short one for its person to enter elsewhere, and a secret one to ask with whether they did.',
  };
  const scope = `openid profile ${client.scope}`.trim();
  const { status, body } = await exchange(transcript, words, {
    url: endpoints.device_authorization_endpoint,
    form: { ...form, scope, resource: client.api },
    authorization,
  });
  if (status !== 200) throw new CommandFailure(`no code: ${body.error}: ${body.error_description}`);
  return body as unknown as DeviceAuthorization;
}

const WAITS = new Set(['authorization_pending', 'slow_down']);
/** RFC 8628 §3.5, in seconds: what an answer without an interval means, and what slow_down adds. */
const INTERVAL = 5;

async function poll(line: CommandLine, { transcript, endpoints, client }: Parts, device: DeviceAuthorization) {
  const { form, authorization } = authenticate(client);
  const grant_type = 'urn:ietf:params:oauth:grant-type:device_code';
  let seconds = device.interval ?? INTERVAL;
  for (let asked = 0; ; asked += 1) {
    const { status, body } = await exchange(
      asked === 0 ? transcript : quietUntilDone(transcript),
      {
        title: asked === 0 ? 'The device asks whether the person agreed' : 'The device asks once more',
        rfc: 'RFC 8628 §3.4',
        what: `Every ${seconds} seconds, and less often when the server says slow_down.`,
      },
      { url: endpoints.token_endpoint, form: { grant_type, ...form, device_code: device.device_code }, authorization },
    );
    if (status === 200) return body as TokenAnswer;
    if (!WAITS.has(String(body.error)))
      throw new CommandFailure(`not connected: ${body.error}: ${body.error_description}`);
    if (body.error === 'slow_down') seconds += INTERVAL;
    await line.io.wait(seconds * 1000);
  }
}

/** One answer that says to wait is like another: only the last one is shown. */
function quietUntilDone(transcript: Transcript): Transcript {
  return {
    ...transcript,
    step: (step) => {
      const error = (step.response?.body as { error?: string } | null)?.error;
      if (!error || !WAITS.has(error)) transcript.step(step);
    },
  };
}
