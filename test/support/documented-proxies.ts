import { fenced, read } from '../docs/pages.ts';
import { certificate, certificateKey } from './proxies.ts';

const page = read('docs/deploy.md');

/** A block for nginx with the ports and the names of this machine. */
const nginxHere = (block: string, port: number, target: number): string =>
  block
    .replace('listen 443 ssl', `listen ${port} ssl`)
    .replace('127.0.0.1:3000', `127.0.0.1:${target}`)
    .replace(/(ssl_certificate +).*;/, `$1${certificate};`)
    .replace(/(ssl_certificate_key +).*;/, `$1${certificateKey};`);

/** The same for Caddy. */
const caddyHere = (site: string, port: number, target: number): string =>
  site
    .replace(/^\S+ \{/, `localhost:${port} {\n    tls ${certificate} ${certificateKey}`)
    .replace('127.0.0.1:3000', `127.0.0.1:${target}`);

const [nginx = '', nginxBelow = ''] = fenced(page, 'nginx');
const [caddy = '', caddyBelow = ''] = fenced(page, 'text').filter((block) => block.includes('reverse_proxy'));

/** As docs/deploy.md has them for a server with a host of its own. */
export const nginxBlock = (port: number, target: number) => nginxHere(nginx, port, target);
export const caddySite = (port: number, target: number) => caddyHere(caddy, port, target);

/** And for one below the path `/auth`. */
export const nginxBlockBelow = (port: number, target: number) => nginxHere(nginxBelow, port, target);
export const caddySiteBelow = (port: number, target: number) => caddyHere(caddyBelow, port, target);
