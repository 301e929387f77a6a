import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

export interface Certificates {
  /** Makes a certificate signed by this authority. @returns the names of its files, without an end */
  issue(name: string, subject: string, altName?: string): { cert: string; key: string };
  readonly authority: string;
}

const openssl = (folder: string, ...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });

/** A private authority with its files in a folder, as companies have one. */
export function makeAuthority(folder: string, name = 'authority'): Certificates {
  const file = (end: string) => join(folder, end);
  const fresh = ['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    folder,
    ...fresh,
    '-x509',
    '-days',
    '2',
    '-subj',
    `/CN=${name}`,
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.pem`,
  );
  return {
    authority: file(`${name}.pem`),
    issue(leaf, subject, altName) {
      const names = altName ? ['-addext', `subjectAltName=${altName}`] : [];
      openssl(folder, ...fresh, '-subj', `/CN=${subject}`, ...names, '-keyout', `${leaf}.key`, '-out', `${leaf}.csr`);
      const by = ['-CA', `${name}.pem`, '-CAkey', `${name}.key`, '-CAcreateserial', '-copy_extensions', 'copy'];
      openssl(folder, 'x509', '-req', '-in', `${leaf}.csr`, ...by, '-days', '2', '-out', `${leaf}.pem`);
      return { cert: file(`${leaf}.pem`), key: file(`${leaf}.key`) };
    },
  };
}
