import { fenced, read } from '../docs/pages.ts';
import { certificate, certificateKey } from './proxies.ts';

const page = read('docs/deploy.md');

/** nginx's block as docs/deploy.md has it, with the ports and the names of this machine. */
export const nginxBlock = (port: number, target: number): string =>
  (fenced(page, 'nginx')[0] ?? '')
    .replace('listen 443 ssl', `listen ${port} ssl`)
    .replace('127.0.0.1:3000', `127.0.0.1:${target}`)
    .replace(/(ssl_certificate +).*;/, `$1${certificate};`)
    .replace(/(ssl_certificate_key +).*;/, `$1${certificateKey};`);

/** The same for Caddy. */
export const caddySite = (port: number, target: number): string =>
  (fenced(page, 'text').find((block) => block.includes('reverse_proxy')) ?? '')
    .replace('auth.example.com {', `localhost:${port} {\n    tls ${certificate} ${certificateKey}`)
    .replace('127.0.0.1:3000', `127.0.0.1:${target}`);
