import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { asksForToken } from './load.ts';

export interface HeldRequest {
  /** Sends the body. @returns the answer's status and the start of what it says */
  finish(): Promise<{ status: number | undefined; error: string | undefined; connection: string | undefined }>;
}

/** A request for a token of which the server has the head, and waits for the body. */
export async function holdRequest(
  target: { port: number; host: string },
  app: { clientId: string; clientSecret: string },
): Promise<HeldRequest> {
  const { path, headers, form } = asksForToken(app);
  const outgoing = request({
    host: 'localhost',
    port: target.port,
    path,
    method: 'POST',
    headers: {
      ...headers,
      host: target.host,
      'content-type': 'application/x-www-form-urlencoded',
      // The server says when it has begun with the request, and then waits for the rest.
      expect: '100-continue',
    },
  });
  const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
  answered.catch(() => {});
  outgoing.flushHeaders();
  await once(outgoing, 'continue');
  return {
    async finish() {
      outgoing.end(new URLSearchParams(form).toString());
      const [answer] = await answered;
      const body = JSON.parse(Buffer.concat(await answer.toArray()).toString()) as { error?: string };
      return { status: answer.statusCode, error: body.error, connection: answer.headers.connection };
    },
  };
}
