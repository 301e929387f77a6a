import { CommandFailure } from '../failures.ts';
import { exchange } from './exchange.ts';
import type { Transcript } from './transcript.ts';

/** The addresses of a server, from its metadata. */
export interface Endpoints {
  readonly issuer: string;
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
  readonly device_authorization_endpoint: string;
  readonly jwks_uri: string;
}

const NAMES: readonly (keyof Endpoints)[] = [
  'issuer',
  'authorization_endpoint',
  'token_endpoint',
  'device_authorization_endpoint',
  'jwks_uri',
];

/** Asks the server where everything is. @throws {CommandFailure} when it is not the server that it was asked for */
export async function discover(transcript: Transcript, issuer: string): Promise<Endpoints> {
  const words = {
    title: 'Ask the server where everything is',
    rfc: 'RFC 8414 §3, OpenID Connect Discovery §4',
    what: 'A client knows the issuer, and finds all addresses in the document that the server publishes.',
  };
  const url = `${issuer}/.well-known/openid-configuration`;
  const { status, body } = await exchange(transcript, words, { url }, (metadata) => ({
    ...pick(metadata),
    '…': `and ${Object.keys(metadata).length - NAMES.length} more`,
  }));
  // RFC 8414 §3.3: another issuer's metadata could send codes and secrets elsewhere.
  if (status !== 200 || body.issuer !== issuer) {
    throw new CommandFailure(`${url} is not the metadata of ${issuer}; set ISSUER, or name the server with --issuer`);
  }
  return pick(body) as unknown as Endpoints;
}

const pick = (metadata: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(NAMES.map((name) => [name, metadata[name]]));
