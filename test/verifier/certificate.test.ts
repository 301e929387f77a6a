import { createHash, X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createVerifier } from '../../src/verifier/index.ts';
import { createTestClock } from './clock.ts';
import { AUDIENCE, startIssuer, type TestIssuer } from './issuer.ts';

/** A self-signed P-256 certificate that expired; nobody here asks for more than its bytes. */
const PEM = `-----BEGIN CERTIFICATE-----
MIIBdTCCARugAwIBAgIUQEbe6NMmROlJIgQPSIPaA/CmAt0wCgYIKoZIzj0EAwIw
EDEOMAwGA1UEAwwFYXBwLTEwHhcNMjYxMTIyMDQxNTQ1WhcNMjYxMTIzMDQxNTQ1
WjAQMQ4wDAYDVQQDDAVhcHAtMTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABAly
YW9pFYX6bkZAYNil4KP6a0TQtCj7JRV+UdSbwYo6Mn28brdU1mNkNL9il5biFnWz
PMVBWYVPVcxEePWerGyjUzBRMB0GA1UdDgQWBBTT9rOwJWc2+M9FHuo2u+A6JYh/
zDAfBgNVHSMEGDAWgBTT9rOwJWc2+M9FHuo2u+A6JYh/zDAPBgNVHRMBAf8EBTAD
AQH/MAoGCCqGSM49BAMCA0gAMEUCIHz8vVChFnikxWyOldAfNkEy87+YuzxT77Tj
vk6LsPr7AiEAuIao4T4twUEwjxzLghMs8mQX+7c4ZHDbV01ic/7Gz8s=
-----END CERTIFICATE-----
`;
/** One byte differs. */
const other = PEM.replace(/^MIIB/m, 'MIIC');

const time = createTestClock();
let issuer: TestIssuer;
const der = new X509Certificate(PEM).raw;
const thumbprint = createHash('sha256').update(der).digest('base64url');
const request = { method: 'GET', url: 'https://api.example.com/', headers: {} };

beforeAll(async () => {
  issuer = await startIssuer(time.now);
});
afterAll(() => issuer.stop());

function present(certificate: Uint8Array | string | undefined, cnf: unknown = { 'x5t#S256': thumbprint }) {
  const { clock, schedule } = time;
  const verifier = createVerifier({
    issuer: issuer.issuer,
    audience: AUDIENCE,
    revocations: 'off',
    clock,
    schedule,
    getCertificate: ({ raw }) => raw as typeof certificate,
  });
  const token = issuer.token({ cnf });
  return verifier.verify(token, { request: { ...request, raw: certificate } }).then(
    () => 'accepted',
    ({ status, message }) => `${status} ${message}`,
  );
}

describe('a token that is bound to a certificate (RFC 8705 §3)', () => {
  it.each([
    ['DER', der],
    ['PEM', PEM],
    ['a chain that it begins', `${PEM}${other}`],
  ])('is accepted with it as %s', async (_form, certificate) => {
    expect(await present(certificate)).toBe('accepted');
  });

  it.each([
    ['none', undefined, 'a client certificate is needed'],
    ['another', new Uint8Array(der).fill(1, 100, 101), 'the token is bound to another certificate'],
    ['a chain that it ends', `${other}${PEM}`, 'the token is bound to another certificate'],
    ['nonsense', 'nonsense', 'the token is bound to another certificate'],
  ])('is refused with %s', async (_name, certificate, message) => {
    expect(await present(certificate)).toBe(`401 ${message}`);
  });

  it('is refused when the API does not say how to get at certificates', async () => {
    const verifier = createVerifier({
      issuer: issuer.issuer,
      audience: AUDIENCE,
      revocations: 'off',
      clock: time.clock,
    });
    const token = issuer.token({ cnf: { 'x5t#S256': thumbprint } });
    for (const needed of [{}, { request }]) {
      expect(await verifier.verify(token, needed).catch((error) => error)).toMatchObject({ status: 401 });
    }
  });

  it('needs the key too, when it is bound to both', async () => {
    expect(await present(der, { 'x5t#S256': thumbprint, jkt: 'x' })).toMatch(/^400|^401/);
  });
});
