/** Two small APIs with made-up content, so that the dashboard has something to read. They verify tokens as any API does. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose';

export interface Orders {
  readonly open: number;
  /** Of the last seven days. */
  readonly days: readonly number[];
}
export interface Revenue {
  readonly month: number;
  /** Per cent, against the month before. */
  readonly change: number;
}
export interface Task {
  readonly title: string;
  readonly due: string;
  readonly done: boolean;
}

/** Where they are. */
export interface Apis {
  readonly reports: string;
  readonly tasks: string;
}

interface Resource {
  readonly scope: string;
  content(claims: JWTPayload): unknown;
}

const REPORTS: Readonly<Record<string, Resource>> = {
  '/orders': {
    scope: 'reports:read',
    content: (): Orders => ({ open: 42, days: [31, 38, 35, 52, 47, 22, 42] }),
  },
  '/revenue': { scope: 'reports:revenue', content: (): Revenue => ({ month: 18_420, change: 4.2 }) },
};

const TASKS: Readonly<Record<string, Resource>> = {
  '/tasks': {
    scope: 'tasks:read',
    // `sub` is the person that the token speaks for: each gets their own.
    content: ({ sub = '' }): Task[] => tasksOf(sub),
  },
};

const tasksOf = (sub: string): Task[] =>
  [
    { title: 'Answer the three open offers', due: 'today', done: false },
    { title: 'Look at the failed exports', due: 'tomorrow', done: false },
    { title: 'Order paper for the label printer', due: 'Friday', done: false },
    { title: 'Close the books of last month', due: 'done', done: true },
  ].slice(sub === '' ? 4 : 0);

export async function startApis(options: { issuer: string; reports: string; tasks: string }): Promise<Apis> {
  const keys = createRemoteJWKSet(new URL(`${options.issuer}/jwks`));
  const start = (audience: string, resources: Readonly<Record<string, Resource>>) =>
    startApi((token) => verify(token, { issuer: options.issuer, audience, keys }), resources);
  return { reports: await start(options.reports, REPORTS), tasks: await start(options.tasks, TASKS) };
}

interface Expected {
  readonly issuer: string;
  readonly audience: string;
  readonly keys: ReturnType<typeof createRemoteJWKSet>;
}

async function verify(token: string, { issuer, audience, keys }: Expected): Promise<JWTPayload> {
  const { payload } = await jwtVerify(token, keys, {
    ...{ issuer, audience, typ: 'at+jwt', algorithms: ['ES256', 'RS256'] },
    requiredClaims: ['exp', 'client_id'],
  });
  return payload;
}

/** @returns its address */
async function startApi(
  check: (token: string) => Promise<JWTPayload>,
  resources: Readonly<Record<string, Resource>>,
): Promise<string> {
  const server = createServer(async (request, response) => {
    const { status, body, challenge } = await answer(request, check, resources);
    response.writeHead(status, {
      'content-type': 'application/json',
      ...(challenge && { 'www-authenticate': challenge }),
    });
    response.end(JSON.stringify(body));
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function answer(
  request: IncomingMessage,
  check: (token: string) => Promise<JWTPayload>,
  resources: Readonly<Record<string, Resource>>,
): Promise<{ status: number; body: unknown; challenge?: string }> {
  const resource = resources[request.url ?? ''];
  if (!resource) return { status: 404, body: { message: 'there is nothing here' } };
  const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (!token) return { status: 401, body: {}, challenge: 'Bearer' };
  const claims = await check(token).catch(() => undefined);
  if (!claims) return { status: 401, body: {}, challenge: refusal('invalid_token', 'the token is not good here') };
  const scopes = String(claims.scope ?? '').split(' ');
  if (scopes.includes(resource.scope)) return { status: 200, body: resource.content(claims) };
  return { status: 403, body: {}, challenge: refusal('insufficient_scope', `this needs ${resource.scope}`) };
}

const refusal = (error: string, description: string) => `Bearer error="${error}", error_description="${description}"`;
