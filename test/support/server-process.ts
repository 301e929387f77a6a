import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { databaseSettings } from './database.ts';
import { freePort } from './postgres.ts';
import { basic, type TokenBody } from './tokens.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** The same server, which ends itself where a request says. */
export const WITH_FAILPOINTS = fileURLToPath(new URL('failpoint-server.ts', import.meta.url));

export interface ServerProcess {
  readonly issuer: string;
  readonly port: number;
  readonly pid: number;
  /** 0 when it counts nothing. */
  readonly metricsPort: number;
  /** Everything printed so far, standard error included. */
  output(): string;
  /** Ends it with a signal and waits. @returns the exit code */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** `node src/main.ts` with nothing of our own environment but what is given. @throws with its output when it ends early */
export async function startProcess(env: Record<string, string>, program = main): Promise<ServerProcess> {
  const { listening, ...server } = await beginProcess(env, program);
  await listening;
  return server;
}

/** The same, not waited for: `listening` settles when it listens, and fails with its output when it ends before that. */
export async function beginProcess(
  env: Record<string, string>,
  program = main,
): Promise<ServerProcess & { readonly listening: Promise<void> }> {
  const port = Number(env.PORT ?? (await freePort()));
  const dataDir = env.DATA_DIR ?? mkdtempSync(join(tmpdir(), 'latchkey-data-'));
  const child = spawn(process.execPath, [program], {
    env: { PATH: process.env.PATH ?? '', PORT: String(port), DATA_DIR: dataDir, ...databaseSettings, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { pid } = child;
  // Whoever sends a signal to 0 sends it to the whole run of the tests.
  if (pid === undefined) throw new Error(`${process.execPath} could not be started`);
  let output = '';
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const clean = () => {
    if (!env.DATA_DIR) rmSync(dataDir, { recursive: true, force: true });
  };
  const { promise: listening, resolve, reject } = Promise.withResolvers<void>();
  const read = (chunk: Buffer) => {
    output += chunk.toString();
    if (output.includes('Ctrl-C stops the server.')) resolve();
  };
  child.stdout.on('data', read);
  child.stderr.on('data', read);
  // Everything printed has been read then.
  child.once('close', (code) => {
    clean();
    reject(new Error(`the server ended with ${code}: ${output}`));
  });
  listening.catch(() => {});
  return {
    issuer: env.ISSUER ?? `http://localhost:${port}`,
    port,
    pid,
    metricsPort: Number(env.METRICS_PORT ?? 0),
    output: () => output,
    listening,
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      const code = await ended;
      clean();
      return code;
    },
  };
}

/** Several processes that are one server: same issuer, keys and database. With `METRICS_PORT: 'free'` each gets one. */
export async function startCluster(
  databaseUrl: string,
  size: number,
  extra: Record<string, string> = {},
): Promise<ServerProcess[]> {
  const ports = await Promise.all(Array.from({ length: size }, freePort));
  const shared = {
    ISSUER: `http://localhost:${ports[0]}`,
    DATABASE_URL: databaseUrl,
    MASTER_KEYS: `test:${randomBytes(32).toString('base64')}`,
    COOKIE_KEYS: randomBytes(32).toString('base64url'),
    LOG_LEVEL: 'warn',
    ...extra,
  };
  const starts = await Promise.allSettled(
    ports.map(async (port) => {
      const metrics = extra.METRICS_PORT === 'free' ? { METRICS_PORT: String(await freePort()) } : {};
      return startProcess({ ...shared, PORT: String(port), ...metrics });
    }),
  );
  const started = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  const failed = starts.find((start) => start.status === 'rejected');
  if (!failed) return started;
  await Promise.all(started.map((server) => server.stop()));
  throw failed.reason;
}

/** POSTs a form to one process of a cluster, under the issuer's Host. */
export function postTo(
  target: ServerProcess,
  path: string,
  form: Record<string, string>,
  credentials?: { clientId: string; clientSecret: string },
  extra: Record<string, string> = {},
): Promise<{ status: number; text: string; body: TokenBody }> {
  const payload = new URLSearchParams(form).toString();
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string; body: TokenBody }>();
  const outgoing = request(
    {
      host: 'localhost',
      port: target.port,
      path,
      method: 'POST',
      headers: {
        host: new URL(target.issuer).host,
        'content-type': 'application/x-www-form-urlencoded',
        'content-length': Buffer.byteLength(payload),
        ...(credentials ? { authorization: basic(credentials) } : {}),
        ...extra,
      },
    },
    (incoming) => {
      let text = '';
      incoming.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      incoming.on('error', reject);
      const isJson = incoming.headers['content-type']?.startsWith('application/json');
      incoming.on('end', () =>
        resolve({ status: incoming.statusCode ?? 0, text, body: text && isJson ? JSON.parse(text) : {} }),
      );
    },
  );
  outgoing.on('error', reject);
  outgoing.end(payload);
  return promise;
}
