import { AsyncLocalStorage } from 'node:async_hooks';
import Bowser from 'bowser';
import type { Context, Middleware } from 'koa';
import { networkOf } from './networks.ts';

/** From where somebody is signed in, in words that they know it by. */
export interface FromWhere {
  /** `Firefox`; empty for what nobody knows. */
  readonly browser: string;
  /** `Windows` */
  readonly system: string;
  readonly network: string;
}

/** Longer ones are of no browser, and would only keep the expressions busy. */
const LONGEST = 512;

/** A name that the header itself gave may be anything. */
const word = (name = '') => name.replace(/[^\p{L}\p{N} ._-]/gu, '').slice(0, 40);

/** What the request says of itself. Of its User-Agent two words stay. */
export function fromWhere(ctx: Pick<Context, 'get' | 'ip'>): FromWhere {
  const network = networkOf(ctx.ip);
  const agent = ctx.get('user-agent').slice(0, LONGEST);
  if (agent === '') return { browser: '', system: '', network };
  const { browser, os } = Bowser.parse(agent);
  return { browser: word(browser.name), system: word(os.name), network };
}

export interface Browsers {
  /** Goes around everything that saves sessions. */
  readonly middleware: Middleware;
  /** Of the current request; undefined outside of one. */
  now(): FromWhere | undefined;
}

/** From where the current request comes, for code that is not given the request. Only who asks pays for it. */
export function createBrowsers(): Browsers {
  const requests = new AsyncLocalStorage<Context>();
  return {
    middleware: (ctx, next) => requests.run(ctx, next),
    now() {
      const ctx = requests.getStore();
      return ctx && fromWhere(ctx);
    },
  };
}
