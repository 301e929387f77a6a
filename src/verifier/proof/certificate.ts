import { createHash } from 'node:crypto';
import { invalidToken } from '../refusal.ts';

/** DER, or PEM as proxies pass it on. */
export type Certificate = Uint8Array | string;

/** RFC 8705 §3: the client must have shown the certificate that the token is bound to. */
export function checkCertificate(expected: unknown, certificate: Certificate | undefined): void {
  if (!certificate) throw invalidToken('a client certificate is needed');
  if (typeof expected !== 'string' || thumbprintOf(certificate) !== expected) {
    throw invalidToken('the token is bound to another certificate');
  }
}

function thumbprintOf(certificate: Certificate): string | undefined {
  const der = typeof certificate === 'string' ? toDer(certificate) : certificate;
  return der && createHash('sha256').update(der).digest('base64url');
}

/** The first certificate of a PEM text, which is the client's own (RFC 7468 §5). */
function toDer(pem: string): Uint8Array | undefined {
  const base64 = /-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/.exec(pem)?.[1];
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64');
}
