/** Values for a form; anything that is not text is left out, so that a whole person can be passed. */
type Fields = Readonly<Record<string, unknown>>;

const texts = (fields: Fields) =>
  Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));

/** RFC 6265 §5.1.4 */
const isBelow = (pathname: string, path: string) =>
  pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`);

/**
 * A browser without a screen: keeps cookies, follows redirects on this server, fills in the forms. An address that begins
 * with a slash is below the issuer.
 */
export class Person {
  readonly #cookies = new Map<string, { value: string; path: string }>();
  readonly issuer: string;

  constructor(issuer: string) {
    this.issuer = issuer;
  }

  cookies(): Map<string, string> {
    return new Map([...this.#cookies].map(([name, { value }]) => [name, value]));
  }

  setCookie(name: string, value: string, path = '/'): void {
    this.#cookies.set(name, { value, path });
  }

  async request(
    url: string,
    init: {
      method?: string;
      form?: Record<string, string> | [string, string][];
      headers?: Record<string, string>;
    } = {},
  ) {
    const target = this.#addressOf(url);
    const cookie = [...this.#cookies]
      .filter(([, { path }]) => isBelow(target.pathname, path))
      .map(([name, { value }]) => `${name}=${value}`)
      .join('; ');
    const response = await fetch(target, {
      method: init.method ?? (init.form ? 'POST' : 'GET'),
      redirect: 'manual',
      headers: { accept: 'text/html', ...(cookie ? { cookie } : {}), ...init.headers },
      ...(init.form ? { body: new URLSearchParams(init.form) } : {}),
    });
    for (const line of response.headers.getSetCookie()) this.#store(line);
    return response;
  }

  /** Goes to an address and follows redirects while they stay on this server. */
  async visit(url: string): Promise<{ url: string; response: Response; text: string; leftTo: URL | undefined }> {
    let current = this.#addressOf(url).href;
    for (let hops = 0; hops < 10; hops += 1) {
      const response = await this.request(current);
      const location = response.headers.get('location');
      if (!location) return { url: current, response, text: await response.text(), leftTo: undefined };
      current = new URL(location, current).href;
      if (!this.#isHere(current)) return { url: current, response, text: '', leftTo: new URL(current) };
    }
    throw new Error('too many redirects');
  }

  /** Sends a page's form whose action ends with `action`, with its hidden fields. */
  async submit(page: { url: string; text: string }, action: string, fields: Fields = {}) {
    const form = page.text.match(
      new RegExp(`<form(?=[^>]*method="post")[^>]*action="([^"]*${action})"[^>]*>([\\s\\S]*?)</form>`),
    );
    if (!form?.[1] || form[2] === undefined)
      throw new Error(`no form to ${action} on ${page.url}: ${page.text.slice(0, 2000)}`);
    const hidden = [...form[2].matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
    const values = Object.fromEntries(hidden.map(([, name, value]) => [name, value]));
    const target = new URL(form[1], page.url).href;
    const response = await this.request(target, { form: { ...values, ...texts(fields) } });
    const location = response.headers.get('location');
    if (!location) return { url: target, response, text: await response.text(), leftTo: undefined };
    const next = new URL(location, target);
    if (!this.#isHere(next.href)) return { url: next.href, response, text: '', leftTo: next };
    return this.visit(next.href);
  }

  /** Signs in and agrees, wherever the server asks for it; ends where the app gets its answer. */
  async authorize(url: string, credentials: { email: string; password: string }): Promise<URL> {
    let page = await this.visit(url);
    if (page.text.includes('name="password"')) page = await this.submit(page, '/sign-in', credentials);
    if (page.text.includes('/consent"')) page = await this.submit(page, '/consent');
    if (!page.leftTo) throw new Error(`the app got no answer: ${page.url} ${page.text.slice(0, 2000)}`);
    return page.leftTo;
  }

  #addressOf(url: string): URL {
    return new URL(url.startsWith('/') ? this.issuer + url : url, this.issuer);
  }

  #isHere(url: string): boolean {
    return url.startsWith(`${this.issuer}/`);
  }

  #store(line: string): void {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
    const index = pair.indexOf('=');
    const name = pair.slice(0, index);
    const value = pair.slice(index + 1);
    const attribute = (key: string) =>
      attributes.find((part) => part.toLowerCase().startsWith(`${key}=`))?.slice(key.length + 1);
    const expires = attribute('expires');
    if (value === '' || (expires && new Date(expires) < new Date())) this.#cookies.delete(name);
    else this.#cookies.set(name, { value, path: attribute('path') ?? '/' });
  }
}
