/** `latchkey/verifier`: offline verification of access tokens, for the APIs that take them. */
export type { Certificate } from './certificate.ts';
export { VerificationError } from './challenge.ts';
export type { AccessTokenClaims } from './claims.ts';
export type { Fetch } from './conditional-get.ts';
export { expressVerifier } from './express.ts';
export { fastifyVerifier } from './fastify.ts';
export { fetchVerifier } from './fetch.ts';
export { type KoaTokenState, koaVerifier } from './koa.ts';
export type { DpopOptions, VerifierOptions } from './options.ts';
export type { VerificationErrorCode } from './refusal.ts';
export { createMemoryReplayStore, type ReplayStore } from './replay-store.ts';
export type { HeaderSource, VerificationRequest } from './request.ts';
export { createVerifier, type Needed, type Verifier } from './verifier.ts';
