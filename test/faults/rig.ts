import type { Database } from '../../src/db/connections/connection.ts';
import { hashOf } from '../../src/tokens/storage/artifacts.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { type Answer, type Outgoing, send } from '../support/load.ts';
import { signIn } from '../support/relying-app.ts';
import { scrape } from '../support/scrape.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { basic, type TokenBody } from '../support/tokens.ts';

export type App = Awaited<ReturnType<typeof aClient>>;

/** What every spec here needs: an API, a machine app, two web apps (with and without a retry window) and a person. */
export async function furnish(database: Database) {
  const api = await anApi(database);
  const subscriptions = [{ api: api.identifier, scopes: ['reports:read'] }];
  return {
    api,
    machine: await aClient(database, { type: 'machine', subscriptions }),
    retrying: await aClient(database, { type: 'web', subscriptions, refreshRetrySeconds: 60 }),
    strict: await aClient(database, { type: 'web', subscriptions }),
    ada: await aPerson(database),
  };
}

export type Furniture = Awaited<ReturnType<typeof furnish>>;

/** A request to one process of a cluster. */
export const ask = (server: ServerProcess, request: Partial<Outgoing> & { path: string }): Promise<Answer> =>
  send({ port: server.port, host: new URL(server.issuer).host, ...request });

/** Whether an answer is the one that a program gets while the database is away. */
export function isClearRefusal({ status, headers, text }: Answer): boolean {
  if (status !== 503 || headers['retry-after'] !== '1') return false;
  return (JSON.parse(text) as TokenBody).error === 'temporarily_unavailable';
}

/** What all processes have counted of a metric so far, whatever its labels; or of one series, when they are named. */
export async function counted(servers: readonly ServerProcess[], metric: string): Promise<number> {
  const all = await Promise.all(servers.map(({ metricsPort }) => scrape(metricsPort)));
  return all.reduce((total, one) => total + (metric.includes('{') ? one.value(metric) : one.sum(metric)), 0);
}

/** What became of many requests. */
export class Tally {
  good = 0;
  refused = 0;
  /** No answer came. */
  lost = 0;
  /** When the last good answer came. */
  lastGood = 0;
  readonly wrong: string[] = [];

  /** Counts one. @returns its answer when it was good */
  async count(what: string, sent: Promise<Answer>, isRight: (answer: Answer) => boolean): Promise<Answer | undefined> {
    let answer: Answer;
    try {
      answer = await sent;
    } catch {
      this.lost += 1;
      return undefined;
    }
    if (answer.status === 200 && isRight(answer)) {
      this.good += 1;
      this.lastGood = Date.now();
      return answer;
    }
    if (isClearRefusal(answer)) this.refused += 1;
    else this.wrong.push(`${what}: ${answer.status} ${answer.text}`);
    return undefined;
  }
}

const parse = (answer: Answer) => JSON.parse(answer.text) as TokenBody & { active?: boolean };

export const refreshRequest = (app: App, token: string) => ({
  path: '/token',
  form: { grant_type: 'refresh_token', refresh_token: token },
  headers: { authorization: basic(app) },
});

/** A family of refresh tokens in the hands of one client, which notes only what it was answered. */
export class Chain {
  readonly app: App;
  token: string;
  readonly tally = new Tally();

  constructor(app: App, token: string) {
    this.app = app;
    this.token = token;
  }

  static async begin(server: ServerProcess, app: App, { ada }: Pick<Furniture, 'ada'>): Promise<Chain> {
    const { tokens } = await signIn(server, app, ada, {
      parameters: { scope: 'openid offline_access', prompt: 'consent' },
    });
    return new Chain(app, tokens.refresh_token ?? '');
  }

  /** Refreshes once. After anything but a success the token stays what it was. */
  async step(server: ServerProcess, extra: Partial<Outgoing> = {}): Promise<boolean> {
    const sent = ask(server, { ...refreshRequest(this.app, this.token), ...extra });
    const answer = await this.tally.count('refresh', sent, (one) => Boolean(parse(one).refresh_token));
    if (answer) this.token = parse(answer).refresh_token ?? '';
    return answer !== undefined;
  }

  /** The family's tokens in the database. */
  async state({ db }: Database): Promise<{ live: number; presentedIsLive: boolean }> {
    const rows = await db
      .selectFrom('artifacts')
      .select(['id_hash', 'consumed_at'])
      .where('model', '=', 'RefreshToken')
      .where('grant_id', '=', (family) =>
        family.selectFrom('artifacts').select('grant_id').where('id_hash', '=', hashOf(this.token)).limit(1),
      )
      .execute();
    const live = rows.filter((row) => row.consumed_at === null);
    const presented = live.some((row) => Buffer.from(row.id_hash).equals(hashOf(this.token)));
    return { live: live.length, presentedIsLive: presented };
  }
}

export interface Traffic {
  readonly tally: Tally;
  readonly chains: readonly Chain[];
  stop(): Promise<void>;
}

/** Client credentials, introspection of a token that is good, and refreshing chains, over all processes until stopped. */
export async function startTraffic(servers: readonly ServerProcess[], furniture: Furniture): Promise<Traffic> {
  const { machine, retrying } = furniture;
  const pick = (index: number) => servers[index % servers.length] as ServerProcess;
  const chains = await Promise.all(Array.from({ length: 4 }, () => Chain.begin(pick(0), retrying, furniture)));
  const authorization = basic(machine);
  const asksToken = { path: '/token', form: { grant_type: 'client_credentials' }, headers: { authorization } };
  const first = await ask(pick(0), asksToken);
  const introspected = parse(first).access_token;
  const tally = new Tally();
  let ended = false;

  const repeat = async (work: (turn: number) => Promise<unknown>) => {
    for (let turn = 0; !ended; turn += 1) {
      await work(turn);
      // Refused connections come back at once, and this process has other things to do.
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  };
  const introspect = { path: '/token/introspection', form: { token: introspected }, headers: { authorization } };
  const loops = [
    ...chains.map((chain, index) => repeat((turn) => chain.step(pick(index + turn)))),
    ...[0, 1].map((index) =>
      repeat(() => tally.count('token', ask(pick(index), asksToken), (one) => Boolean(parse(one).access_token))),
    ),
    ...[0, 1].map((index) =>
      repeat(() => tally.count('introspection', ask(pick(index), introspect), (one) => parse(one).active === true)),
    ),
  ];
  return {
    tally,
    chains,
    async stop() {
      ended = true;
      await Promise.all(loops);
    },
  };
}

/** Everything that went wrong, of all. */
export const wrongsOf = ({ tally, chains }: Traffic) =>
  [tally, ...chains.map((chain) => chain.tally)].flatMap((one) => one.wrong);
