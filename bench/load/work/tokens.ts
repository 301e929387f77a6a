import { createHash, randomBytes } from 'node:crypto';
import { type Alg, type Credentials, SCOPE, type Target } from '../../target.ts';
import type { Connection } from '../connection.ts';
import { expectSuccess, formRequest } from '../requests.ts';
import { Visitor } from '../visitor.ts';

export interface Tokens {
  readonly access_token?: string;
  readonly id_token?: string;
  readonly refresh_token?: string;
}

/** Everything that a dashboard asks for: an ID token, a token for the API, and a refresh token. */
export const FULL_SCOPE = `openid offline_access ${SCOPE}`;

export interface Code {
  readonly code: string;
  readonly verifier: string;
}

/** A code by PKCE. A new visitor signs in and agrees; one who did so before gets it at once. */
export async function obtainCode(
  target: Target,
  visitor: Visitor,
  options: { person: number; scope: string; resource?: string | undefined; prompt?: string },
): Promise<Code> {
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: target.app.clientId,
    redirect_uri: target.app.redirectUri,
    scope: options.scope,
    state: randomBytes(12).toString('base64url'),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...(options.resource ? { resource: options.resource } : {}),
    ...(options.prompt ? { prompt: options.prompt } : {}),
  });
  const person = target.people[options.person % Math.max(1, target.people.length)];
  const landed = await visitor.authorize(`${target.paths.authorization}?${query}`, person);
  const code = landed.searchParams.get('code');
  if (!code) throw new Error(`no code: ${landed.search}`);
  return { code, verifier };
}

/** The request that redeems a code. */
export function codeRequest(target: Target, { code, verifier }: Code, resource: string | undefined): string {
  const form = {
    grant_type: 'authorization_code',
    code,
    code_verifier: verifier,
    redirect_uri: target.app.redirectUri,
    resource,
  };
  return formRequest(target, target.paths.token, form, { credentials: target.app });
}

/** Tokens of a family of their own: a new visitor signs in, agrees, and the app redeems the code. */
export async function obtainTokens(
  target: Target,
  connection: Connection,
  options: { person: number; scope: string; resource?: string | undefined },
): Promise<Tokens> {
  const visitor = new Visitor(target, connection);
  const prompt = options.scope.includes('offline_access') ? { prompt: 'consent' } : {};
  const code = await obtainCode(target, visitor, { ...options, ...prompt });
  return redeem(connection, codeRequest(target, code, options.resource));
}

export async function redeem(connection: Connection, request: string): Promise<Tokens> {
  return JSON.parse(expectSuccess(await connection.send(request)).body) as Tokens;
}

/** A token of a program for the API that is signed with ES256. */
export function obtainMachineToken(target: Target, connection: Connection, credentials: Credentials): Promise<Tokens> {
  const form = { grant_type: 'client_credentials', scope: SCOPE, resource: target.resources.ES256 };
  return redeem(connection, formRequest(target, target.paths.token, form, { credentials }));
}

/** @throws unless the token is a JWT that was signed so */
export function expectAlg(tokens: Tokens, name: 'access_token' | 'id_token', alg: Alg): void {
  const [header = ''] = tokens[name]?.split('.') ?? [];
  const decoded = Buffer.from(header, 'base64url').toString();
  if (!decoded.includes(`"alg":"${alg}"`)) throw new Error(`${name} is not signed with ${alg}: ${decoded}`);
}
