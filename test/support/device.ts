import type { Person } from './person.ts';
import type { TestServer } from './server.ts';
import { post } from './tokens.ts';

export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

/** RFC 8628 §3.2 */
export interface DeviceAuthorization {
  device_code: string;
  user_code: string;
  verification_uri: string;
  verification_uri_complete: string;
  expires_in: number;
  interval: number;
}

type Server = Pick<TestServer, 'issuer'>;
type App = { clientId: string };

/** What a device does first. */
export async function startDevice(server: Server, app: App, parameters: Record<string, string> = {}) {
  const form = { client_id: app.clientId, scope: 'openid', ...parameters };
  const { status, text, body } = await post(server, '/device_authorization', form);
  if (status !== 200) throw new Error(`the device got no code: ${text}`);
  return body as unknown as DeviceAuthorization;
}

export const pollForm = (app: App, { device_code }: Pick<DeviceAuthorization, 'device_code'>) => ({
  grant_type: DEVICE_GRANT,
  client_id: app.clientId,
  device_code,
});

/** What a device does then, again and again. */
export const poll = (server: Server, app: App, device: Pick<DeviceAuthorization, 'device_code'>) =>
  post(server, '/token', pollForm(app, device));

/** Types a code in. @returns the page that comes next */
export async function enterCode(person: Person, userCode: string) {
  return person.submit(await person.visit('/device'), '/device', { user_code: userCode });
}

/** Types a code in and goes on to the end: signs in and agrees where asked. @returns the last page */
export async function connect(person: Person, userCode: string, credentials: { email: string; password: string }) {
  let page = await person.submit(await enterCode(person, userCode), '/device', { confirm: 'yes' });
  if (page.text.includes('name="password"')) page = await person.submit(page, '/sign-in', credentials);
  if (page.text.includes('/consent"')) page = await person.submit(page, '/consent');
  return page;
}
