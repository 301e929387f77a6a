import type { NodeRequest } from '../request/request.ts';
import type { AccessTokenClaims } from '../token/claims.ts';
import type { Needed, Verifier } from '../verifier.ts';
import { answerTo } from './answer.ts';

/** What is used of Fastify's request. */
export interface FastifyLikeRequest {
  readonly method: string;
  readonly protocol: string;
  readonly host: string;
  readonly originalUrl: string;
  readonly raw: NodeRequest;
  token?: AccessTokenClaims;
}

/** What is used of Fastify's reply. */
export interface FastifyLikeReply {
  code(status: number): this;
  headers(values: Record<string, string>): this;
  send(body: unknown): unknown;
}

/**
 * A hook for `onRequest` or `preHandler`: lets a request pass whose token has the scopes, with the claims as
 * `request.token`, and answers any other.
 */
export function fastifyVerifier(verifier: Verifier, needed: Needed = {}) {
  return async (request: FastifyLikeRequest, reply: FastifyLikeReply): Promise<unknown> => {
    const { method, protocol, host, originalUrl, raw } = request;
    const url = originalUrl.startsWith('/') ? `${protocol}://${host}${originalUrl}` : originalUrl;
    try {
      request.token = await verifier.verifyRequest({ method, url, headers: raw.headers, raw }, needed);
      return undefined;
    } catch (error) {
      const { status, headers, body } = answerTo(error);
      return reply.code(status).headers(headers).send(body);
    }
  };
}
