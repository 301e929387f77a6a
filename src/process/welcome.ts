import { isIPv6 } from 'node:net';
import type { Config } from '../config.ts';
import { type Demo, demoFile } from '../demo/credentials.ts';

/** What the server says when it is up: what to do next, and where things are. */
export function welcome(config: Config, demo: Demo | undefined): string {
  const { issuer, host, port, dataDir, databaseUrl } = config;
  const isBehindProxy = issuer.startsWith('https:');
  const lines = [
    '',
    `  Latchkey listens on ${issuer}`,
    '',
    ...(isBehindProxy ? [`  For the proxy ${addressFor(host, port)}`] : []),
    `  Data          ${databaseUrl ? 'PostgreSQL (DATABASE_URL)' : `embedded database in ${dataDir}`}`,
    `  Discovery     ${issuer}/.well-known/openid-configuration`,
    `  Sign-in page  ${issuer}/sign-in`,
  ];
  if (demo) lines.push(...introduce(demo, issuer, dataDir));
  else if (!config.production) lines.push(`  Demo          its credentials are in ${demoFile(dataDir)}`);
  lines.push('', '  Ctrl-C stops the server.', '');
  return lines.join('\n');
}

/** An IPv6 address stands in brackets where a port follows (RFC 3986 §3.2.2). */
const addressFor = (host: string, port: number) => `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;

function introduce(demo: Demo, issuer: string, dataDir: string): string[] {
  const elsewhere = issuer === 'http://localhost:3000' ? '' : `ISSUER=${issuer} `;
  return [
    '',
    `  A demo was set up. These credentials are shown once and kept in ${demoFile(dataDir)}`,
    '',
    `  Administrator ${demo.person.email}`,
    `  Password      ${demo.person.password}`,
    `  API           ${demo.api.identifier} (${demo.api.scopes.join(', ')})`,
    `  Machine app   ${demo.machine.clientId}`,
    '',
    '  Get a token that lives for five minutes (paste this into another terminal):',
    '',
    `  curl -s ${issuer}/token -u '${demo.machine.clientId}:${demo.machine.clientSecret}' \\`,
    `    -d grant_type=client_credentials -d resource=${demo.api.identifier} -d scope=reports:read`,
    '',
    '  Verify it offline, as a resource server does:',
    '',
    `  ${elsewhere}npm run --silent example:verify -- PASTE_THE_TOKEN_HERE`,
    '',
    '  Watch a client at it, step by step:',
    '',
    `  ${elsewhere}npx latchkey demo client-credentials`,
  ];
}
