/**
 * A program on a device without a browser or a keyboard, such as a wallboard, or on a server that you reach by ssh. It
 * shows a code, which its person enters on a phone or computer (device authorization grant, RFC 8628).
 *
 *   npm run example:resource-server     # in one terminal
 *   npm run example:device              # in another
 */
import * as client from 'openid-client';
import { readDemo, setting } from './demo.ts';

const demo = readDemo();
const issuer = new URL(process.env.ISSUER ?? 'http://localhost:3000');
const apiUrl = process.env.API_URL ?? 'http://localhost:4100/reports';

const server = await client.discovery(
  issuer,
  setting('CLIENT_ID', demo?.device?.clientId),
  undefined,
  // A device cannot keep a secret: whoever has it in hand can read it out.
  client.None(),
  // Plain http is for trying it on your own machine; openid-client refuses it unless told so.
  { execute: issuer.protocol === 'http:' ? [client.allowInsecureRequests] : [] },
);

/** Asks for a code, shows it, and waits for the person. */
async function connect(): Promise<client.TokenEndpointResponse & client.TokenEndpointResponseHelpers> {
  const device = await client.initiateDeviceAuthorization(server, {
    // The API is named here, once; the person agrees to it, and the token is for it.
    resource: setting('AUDIENCE', demo?.api.identifier),
    // offline_access is a refresh token: without it the person would be asked again in five minutes.
    scope: 'openid profile offline_access reports:read',
  });
  console.log(`Open ${device.verification_uri} and enter this code:\n\n    ${device.user_code}\n`);
  console.log(`It is good for ${device.expires_in / 60} minutes. A screen shows this address as a QR code:`);
  console.log(device.verification_uri_complete);
  // Asks every few seconds, and less often when the server says slow_down.
  return client.pollDeviceAuthorizationGrant(server, device);
}

/** What went wrong, in a line for the screen. */
function explain(error: unknown): string {
  const code = error instanceof client.ResponseBodyError ? error.error : undefined;
  if (code === 'access_denied') return 'You said no. Nothing was connected.';
  if (code === 'expired_token') return 'Nobody entered the code in time. Start again.';
  return `This did not work: ${error instanceof Error ? error.message : String(error)}`;
}

try {
  const tokens = await connect();
  console.log(`Connected for ${tokens.claims()?.name}.`);
  // Keep tokens.refresh_token where only this program can read it. client.refreshTokenGrant gives the next access token,
  // and the next refresh token: each works once.
  const response = await fetch(apiUrl, { headers: { authorization: `Bearer ${tokens.access_token}` } });
  console.log(response.status, await response.text());
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}
