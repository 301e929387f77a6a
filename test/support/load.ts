import { Agent, request } from 'node:http';
import { basic } from './tokens.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly text: string;
}

export interface Outgoing {
  readonly port: number;
  readonly host: string;
  readonly path: string;
  readonly form?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly agent?: Agent;
}

/** One request, a POST when it has a form. @throws what the network says; `reused` tells of a connection that was open before */
export function send({ port, host, path, form, headers = {}, agent }: Outgoing): Promise<Answer> {
  const payload = form ? new URLSearchParams(form).toString() : undefined;
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const outgoing = request(
    {
      host: 'localhost',
      port,
      path,
      method: form ? 'POST' : 'GET',
      headers: {
        host,
        ...(payload === undefined
          ? {}
          : {
              'content-type': 'application/x-www-form-urlencoded',
              'content-length': String(Buffer.byteLength(payload)),
            }),
        ...headers,
      },
      ...(agent ? { agent } : {}),
    },
    (incoming) => {
      let text = '';
      incoming.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      incoming.on('error', reject);
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text }));
    },
  );
  outgoing.on('error', reject);
  outgoing.end(payload);
  return promise;
}

/** The start of what a client-credentials request sends. */
export const asksForToken = (app: { clientId: string; clientSecret: string }) => ({
  path: '/token',
  form: { grant_type: 'client_credentials' },
  headers: { authorization: basic(app) },
});

export interface Load {
  /** How many got a 2xx. */
  good(): number;
  /** What else happened, in words. A refused connection is not among them when nobody listens any more. */
  readonly failures: string[];
  /** Stops sending and waits for the last answers. */
  stop(): Promise<void>;
  /** Ends by itself when every client has found that nobody listens. */
  readonly refused: Promise<void>;
}

/** Clients that send one request after the other, each on a connection of its own that it keeps open, or on one for each. */
export function startLoad(
  clients: number,
  target: { port: number; host: string },
  next: () => Partial<Outgoing>,
  { keepAlive = true }: { keepAlive?: boolean } = {},
): Load {
  let ended = false;
  let good = 0;
  const failures: string[] = [];
  const client = async () => {
    const agent = new Agent({ keepAlive, maxSockets: 1 });
    while (!ended) {
      try {
        const { status, text } = await send({ path: '/', ...target, ...next(), agent });
        if (status >= 200 && status < 300) good += 1;
        else failures.push(`${status} ${text}`);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') break;
        failures.push(String(error));
      }
    }
    agent.destroy();
  };
  const all = Promise.all(Array.from({ length: clients }, client)).then(() => {});
  return {
    good: () => good,
    failures,
    refused: all,
    async stop() {
      ended = true;
      await all;
    },
  };
}

/** Waits until a condition holds. @throws after `seconds`, which are many: other programs may keep the machine busy */
export async function until(what: string, holds: () => boolean | Promise<boolean>, seconds = 150): Promise<void> {
  for (const deadline = Date.now() + seconds * 1000; !(await holds()); ) {
    if (Date.now() > deadline) throw new Error(`not within ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
