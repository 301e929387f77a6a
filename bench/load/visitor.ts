import type { Target } from '../target.ts';
import type { Answer, Connection } from './connection.ts';
import { expectSuccess, formRequest, getRequest, jsonRequest } from './requests.ts';

type Person = Target['people'][number];

const locationOf = ({ head }: Answer) => /\r\nlocation: ([^\r]+)/i.exec(head)?.[1];

/** A browser without a screen: cookies, redirects, and the forms of sign-in and consent. */
export class Visitor {
  readonly #target: Target;
  readonly #connection: Connection;
  readonly #cookies = new Map<string, { value: string; path: string }>();

  constructor(target: Target, connection: Connection) {
    this.#target = target;
    this.#connection = connection;
  }

  /** From the authorization request to the address that the app gets, whatever is asked on the way. */
  async authorize(path: string, person: Person | undefined): Promise<URL> {
    if (this.#target.signIn && person && this.#cookies.size === 0) await this.#signInByJson(person);
    let url = new URL(path, this.#target.origin);
    let answer = await this.#get(url);
    for (let steps = 0; steps < 20; steps += 1) {
      const location = locationOf(answer);
      if (location) {
        url = new URL(location, url);
        if (url.origin !== this.#target.origin) return url;
        answer = this.#isConsentByJson(url) ? await this.#agreeByJson(url) : await this.#get(url);
      } else {
        [url, answer] = await this.#fillIn(url, expectSuccess(answer), person);
      }
    }
    throw new Error(`no end of redirects at ${url.pathname}`);
  }

  /** Signs in to the portal, when that asks for it. */
  async signIn(person: Person): Promise<void> {
    const [form, page] = await this.#follow(new URL('/sign-in', this.#target.origin));
    if (!page.body.includes('name="password"')) return;
    const [url, answer] = await this.#fillIn(form, page, person);
    await this.#follow(url, answer);
  }

  /** What is at an address, whatever it is. */
  look(path: string): Promise<Answer> {
    const headers = { ...this.#cookieHeader(new URL(path, this.#target.origin)), Accept: 'text/html' };
    return this.#connection.send(getRequest(this.#target, path, headers));
  }

  /** The page at the end of redirects on this server. */
  async #follow(from: URL, first?: Answer): Promise<[URL, Answer]> {
    let [url, answer] = [from, first ?? (await this.#get(from))];
    for (let location = locationOf(answer); location; location = locationOf(answer)) {
      url = new URL(location, url);
      answer = await this.#get(url);
    }
    return [url, expectSuccess(answer)];
  }

  async #fillIn(page: URL, { body }: Answer, person: Person | undefined): Promise<[URL, Answer]> {
    const forms = [...body.matchAll(/<form[^>]*action="([^"]*)"[^>]*>([\s\S]*?)<\/form>/g)];
    const [, action, content = ''] = forms.find(([, to]) => !to?.endsWith('/cancel')) ?? [];
    if (action === undefined) throw new Error(`no form at ${page.pathname}: ${body.slice(0, 300)}`);
    const hidden = [...content.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
    const form: Record<string, string> = Object.fromEntries(hidden.map(([, name, value]) => [name, value]));
    if (content.includes('name="email"')) form.email = person?.email ?? '';
    if (content.includes('name="login"')) form.login = person?.email ?? '';
    if (content.includes('name="password"')) form.password = person?.password ?? '';
    const to = new URL(action, page);
    const headers = { ...this.#cookieHeader(to), Origin: this.#target.origin };
    return [to, await this.#send(formRequest(this.#target, to.pathname + to.search, form, { headers }))];
  }

  async #signInByJson(person: Person): Promise<void> {
    const headers = { Origin: this.#target.origin };
    const path = this.#target.signIn?.json ?? '';
    expectSuccess(await this.#send(jsonRequest(this.#target, path, person, headers)));
  }

  #isConsentByJson(url: URL): boolean {
    return this.#target.signIn !== undefined && url.pathname === '/consent';
  }

  /** The page asks by a script of its own; this is what that script sends. The answer names where to go. */
  async #agreeByJson(page: URL): Promise<Answer> {
    const path = this.#target.signIn?.consent ?? '';
    const headers = { ...this.#cookieHeader(new URL(path, page)), Origin: this.#target.origin };
    const consent = { accept: true, oauth_query: page.search.slice(1) };
    const answer = expectSuccess(await this.#send(jsonRequest(this.#target, path, consent, headers)));
    const { url, redirect_uri } = JSON.parse(answer.body) as { url?: string; redirect_uri?: string };
    return { status: 303, head: `HTTP/1.1 303\r\nlocation: ${url ?? redirect_uri}`, body: '' };
  }

  #get(url: URL): Promise<Answer> {
    const headers = { ...this.#cookieHeader(url), Accept: 'text/html' };
    return this.#send(getRequest(this.#target, url.pathname + url.search, headers));
  }

  async #send(request: string): Promise<Answer> {
    const answer = await this.#connection.send(request);
    if (answer.status >= 400) expectSuccess(answer);
    for (const [, line = ''] of answer.head.matchAll(/\r\nset-cookie: ([^\r]+)/gi)) this.#keep(line);
    return answer;
  }

  #cookieHeader(url: URL): Record<string, string> {
    const pairs = [...this.#cookies]
      .filter(([, { path }]) => url.pathname.startsWith(path))
      .map(([name, { value }]) => `${name}=${value}`);
    return pairs.length > 0 ? { Cookie: pairs.join('; ') } : {};
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split(/; */);
    const at = pair.indexOf('=');
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
    const path = attributes.find((attribute) => /^path=/i.test(attribute))?.slice('path='.length) ?? '/';
    if (value === '') this.#cookies.delete(name);
    else this.#cookies.set(name, { value, path });
  }
}
