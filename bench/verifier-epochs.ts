/**
 * What the feed of epochs costs the process that follows it: node bench/verifier-epochs.ts [entries]. The issuer is in a thread
 * of its own, so the memory is that of the verifier.
 */
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { createEpochBook } from '../src/revocation/feed/epoch-book.ts';
import { createVerifier } from '../src/verifier/index.ts';

const AUDIENCE = 'https://reports.example.com';
const nameOf = (value: string) => createHash('sha256').update(value).digest().subarray(0, 16).toString('base64url');

if (isMainThread) await measure(Number(process.argv[2] ?? 170_000));
else await serve(workerData as number);

async function measure(entries: number): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const heap = () => {
    collect();
    return process.memoryUsage().heapUsed / 1e6;
  };
  const worker = new Worker(new URL(import.meta.url), { workerData: entries });
  const next = () =>
    new Promise<{ issuer: string; token: string; took: number }>((resolve) => worker.once('message', resolve));
  const { issuer, token, took } = await next();
  let [requests, bytes] = [0, 0];
  const counted = async (url: string, init: RequestInit) => {
    const response = await fetch(url, init);
    const body = await response.arrayBuffer();
    requests++;
    bytes += body.byteLength;
    return new Response(response.status === 304 ? null : body, response);
  };
  await fetch(`${issuer}/jwks`).then((response) => response.text());
  const before = heap();
  const verifier = createVerifier({ issuer, audience: AUDIENCE, fetch: counted, pollSeconds: 0.1 });
  const [started, cpu] = [performance.now(), process.threadCpuUsage()];
  await verifier.verify(token);
  const { user, system } = process.threadCpuUsage(cpu);
  console.log(`the publisher: ${took.toFixed(0)} ms of CPU to divide and print ${entries} entries`);
  console.log(
    `a fresh verifier: ${(performance.now() - started).toFixed(0)} ms (CPU of its thread ${((user + system) / 1000).toFixed(0)} ms)`,
  );
  console.log(`  ${requests} requests, ${(bytes / 1e6).toFixed(1)} MB, heap + ${(heap() - before).toFixed(1)} MB`);
  [requests, bytes] = [0, 0];
  const heard = next();
  worker.postMessage('change');
  await heard;
  const changed = performance.now();
  while ((await verifier.verify(token).catch(() => undefined)) !== undefined)
    await new Promise((resolve) => setTimeout(resolve, 1));
  console.log(
    `one change: ${(performance.now() - changed).toFixed(0)} ms with a poll each 100 ms, ${requests} requests, ${(bytes / 1e3).toFixed(1)} kB`,
  );
  verifier.close();
  await worker.terminate();
}

async function serve(count: number): Promise<void> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signed = (typ: string, payload: object) => {
    const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
    const input = `${encode({ alg: 'ES256', typ, kid: 'key' })}.${encode(payload)}`;
    return `${input}.${sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  };
  const now = Math.floor(performance.timeOrigin / 1000);
  const forgetAt = now + 100_000;
  const all = Array.from({ length: count }, (_, at) => ({
    name: nameOf(`entry:${at}`),
    epoch: 1 + (at % 3),
    forgetAt,
  }));
  const book = createEpochBook();
  const cpu = process.threadCpuUsage();
  await book.take(all, now);
  const took = process.threadCpuUsage(cpu).user / 1000;
  const answers = new Map<string, string>();
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    const [, , bits, index] = path.split('/').map(Number);
    const claims = { iss: issuer, inc: 1, since: 1, iat: now };
    const listed = book.listed();
    const etag = `"${nameOf(listed.fingerprints.join())}"`;
    if (path === '/jwks')
      return void response.end(
        JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'key', alg: 'ES256' }] }),
      );
    if (path === '/epochs' && request.headers['if-none-match'] === etag)
      return void response.writeHead(304, { etag }).end();
    const content =
      listed.bits === 0 ? { epochs: Object.fromEntries(book.segment(0, 0)) } : { segments: listed.fingerprints };
    const known = `${path} ${listed.fingerprints[index ?? 0]}`;
    if (path === '/epochs')
      return void response
        .writeHead(200, { etag })
        .end(signed('epochs+jwt', { ...claims, bits: listed.bits, ...content }));
    if (bits === undefined || index === undefined) return void response.writeHead(404).end();
    const epochs = () => Object.fromEntries(book.segment(bits, index));
    if (!answers.has(known))
      answers.set(known, signed('epoch-segment+jwt', { ...claims, bits, index, epochs: epochs() }));
    response.end(answers.get(known));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const token = signed('at+jwt', {
    iss: issuer,
    sub: 'app',
    client_id: 'app',
    aud: AUDIENCE,
    jti: 'one',
    iat: now,
    exp: now + 3000,
    ep: [1],
  });
  parentPort?.on('message', async () => {
    await book.take([{ name: nameOf('client:app'), epoch: 1, forgetAt }], now + 1);
    parentPort?.postMessage({ issuer, token, took });
  });
  parentPort?.postMessage({ issuer, token, took });
}
