import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { commandLineOf } from '../cli/in-process.ts';
import { type MailServer, startMailServer } from '../support/mail-server.ts';
import { plain } from '../support/pictures.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let mailServer: MailServer;
let server: TestServer;
let cli: ReturnType<typeof commandLineOf>;
beforeAll(async () => {
  mailServer = await startMailServer();
  server = await startTestServer({ env: { SMTP_URL: `smtp://127.0.0.1:${mailServer.port}` } });
  cli = commandLineOf(server);
});
afterEach(async () => {
  mailServer.received.length = 0;
  await cli.run(['branding', 'reset']);
});
afterAll(async () => {
  await server.stop();
  await mailServer.stop();
});

/** The source of the mail that invites somebody, without soft line ends (RFC 2045 §6.7). */
async function invite(email: string): Promise<string> {
  await cli.run(['user', 'invite', '--email', email]);
  await server.app.jobs.sendMail();
  const source = mailServer.received[0]?.source ?? '';
  return source.replaceAll('=\r\n', '').replaceAll('=3D', '=');
}

it('a mail is plain text and says nothing more, as long as nothing is set', async () => {
  const source = await invite('ada@example.org');
  expect(source).toContain('Subject: Your account on Latchkey');
  expect(source).toContain('Content-Type: text/plain; charset=utf-8');
  expect(source).not.toContain('text/html');
  expect(source).not.toContain('\r\n-- \r\n');
});

it('a mail has the logo above it, links to this server alone, and shows a name as text', async () => {
  const logo = (await plain(64, 64).png().toBuffer()).toString('base64');
  const set = ['branding', 'set', '--name', '<b>Acme</b>', '--accent', '#7a1fa2', '--logo', 'logo.png'];
  await cli.run([...set, '--privacy-url', 'https://acme.example/privacy'], { files: { 'logo.png': logo } });
  const source = await invite('grace@example.org');
  for (const type of ['multipart/alternative', 'text/plain', 'text/html', 'image/png']) expect(source).toContain(type);
  expect(source).toContain('<strong>&lt;b&gt;Acme&lt;/b&gt;</strong>');
  expect(source).toMatch(/<img src="cid:logo@mail"/);
  expect(source).toMatch(/^content-id: <logo@mail>/im);
  const links = [...source.matchAll(/<a href="([^"]*)" style="color:#7a1fa2">/g)].map(([, href]) => href);
  expect(links.length).toBeGreaterThan(0);
  expect(links.filter((href) => !href?.startsWith(`${server.issuer}/`) && href !== server.issuer)).toEqual([]);
  expect(source).toContain('Privacy: https://acme.example/privacy');
});
