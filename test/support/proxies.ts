import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface ReverseProxy {
  stop(): Promise<void>;
}

/** A certificate for localhost and both loopback addresses, good for a hundred years, and its key. */
export const certificate = fileURLToPath(new URL('localhost/certificate.pem', import.meta.url));
export const certificateKey = fileURLToPath(new URL('localhost/key.pem', import.meta.url));

/** nginx with these blocks of its `http` section. */
export function startNginx(blocks: string, port: number): Promise<ReverseProxy> {
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${name};`);
  const file = `pid nginx.pid;\nevents {}\nhttp {\naccess_log off;\n${paths.join('\n')}\n${blocks}\n}\n`;
  return start('nginx', port, file, (path, folder) => ['-p', folder, '-c', path, '-e', 'stderr', '-g', 'daemon off;']);
}

/** Caddy with these sites. */
export function startCaddy(sites: string, port: number): Promise<ReverseProxy> {
  const file = `{\n\tadmin off\n\tauto_https disable_redirects\n\tskip_install_trust\n}\n${sites}\n`;
  return start('caddy', port, file, (path) => ['run', '--adapter', 'caddyfile', '--config', path]);
}

/** Debian's Apache with these modules of it and these directives. Started by root, it serves as nobody. */
export function startApache(modules: readonly string[], directives: string, port: number): Promise<ReverseProxy> {
  const loaded = ['mpm_event', 'authz_core', ...modules].map(
    (name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`,
  );
  const own = ['ServerName localhost', `Listen ${port}`, 'PidFile pid', 'Mutex pthread', 'ErrorLog "|$/bin/cat 1>&2"'];
  const file = [...loaded, ...own, 'User nobody', 'Group nogroup', directives, ''].join('\n');
  return start('apache2', port, file, (path, folder) => ['-d', folder, '-f', path, '-D', 'FOREGROUND']);
}

async function start(
  name: string,
  port: number,
  text: string,
  argumentsFor: (path: string, folder: string) => string[],
): Promise<ReverseProxy> {
  const folder = mkdtempSync(join(tmpdir(), `latchkey-${name}-`));
  const path = join(folder, 'configuration');
  writeFileSync(path, text);
  const env = { PATH: process.env.PATH ?? '', HOME: folder };
  const child = spawn(find(name), argumentsFor(path, folder), { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  while (!(await isOpen(port))) {
    if (child.exitCode !== null) {
      await stop();
      throw new Error(`${name} ended with ${child.exitCode}: ${output}`);
    }
  }
  return { stop };
}

function find(name: string): string {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/bin'];
  const program = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
  if (!program) throw new Error(`no ${name} found: apt-get install ${name}`);
  return program;
}

/** Resolves a little later when it is not, so that whoever waits does not keep the machine busy. */
async function isOpen(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ port, host: '127.0.0.1' });
  socket.once('connect', () => resolve(true)).once('error', () => setTimeout(resolve, 50, false));
  const open = await promise;
  socket.destroy();
  return open;
}
