/** `latchkey/verifier`: offline verification of access tokens, for the APIs that take them. */

export { expressVerifier } from './frameworks/express.ts';
export { fastifyVerifier } from './frameworks/fastify.ts';
export { type KoaTokenState, koaVerifier } from './frameworks/koa.ts';
export type { DpopOptions, VerifierOptions } from './options.ts';
export type { Certificate } from './proof/certificate.ts';
export { createMemoryReplayStore, type ReplayStore } from './proof/replay-store.ts';
export type { VerificationErrorCode } from './refusal.ts';
export type { Fetch } from './remote/conditional-get.ts';
export { fetchVerifier } from './remote/fetch.ts';
export { VerificationError } from './request/challenge.ts';
export type { HeaderSource, VerificationRequest } from './request/request.ts';
export type { AccessTokenClaims } from './token/claims.ts';
export { createVerifier, type Needed, type Verifier } from './verifier.ts';
