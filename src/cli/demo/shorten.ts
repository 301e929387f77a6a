const KEPT = 8;

/** Members of requests and answers that open something, or are opened by it. */
const SECRET = new Set([
  'access_token',
  'refresh_token',
  'id_token',
  'client_secret',
  'code',
  'code_verifier',
  'device_code',
]);

/** The start of a secret and how long it is: enough to see that it is the same one again, too little to use it. */
export function shorten(value: string): string {
  return value.length <= KEPT * 2 ? '…' : `${value.slice(0, KEPT)}…(${value.length} characters)`;
}

/** A parameter or member, shortened when it is a secret. */
export const shortenMember = (name: string, value: string) => (SECRET.has(name) ? shorten(value) : value);

/** A form as it is sent, with its secrets shortened. */
export function shownForm(form: Readonly<Record<string, string>>): string {
  return Object.entries(form)
    .map(([name, value]) =>
      SECRET.has(name) ? `${name}=${shorten(value)}` : new URLSearchParams({ [name]: value }).toString(),
    )
    .join('&');
}

/** What came as JSON, with its secrets shortened. */
export function shownBody(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [name, typeof value === 'string' ? shortenMember(name, value) : value]),
  );
}

/** An Authorization header: its scheme, and the start of what follows. */
export function shownAuthorization(value: string): string {
  const [scheme = '', credentials = ''] = value.split(' ');
  return `${scheme} ${shorten(credentials)}`;
}
