import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readConfig } from '../../src/config.ts';
import { listMail } from '../../src/mail/mail-lists.ts';
import { createOutbox, type OpenOutbox } from '../../src/mail/outbox.ts';
import { createPost } from '../../src/mail/post.ts';
import { invite } from '../../src/teams/invitations.ts';
import { createTeam } from '../../src/teams/teams.ts';
import { commandLineOf } from '../cli/in-process.ts';
import { type MailServer, startMailServer } from '../support/mail-server.ts';
import { aVisitor } from '../support/portal.ts';
import { byOperator } from '../support/roles.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { aMember, byPerson } from '../support/teams.ts';
import { controlTime, releaseTime, travel } from '../support/time.ts';

let mailServer: MailServer;
let server: TestServer;
let outbox: OpenOutbox;
beforeAll(async () => {
  mailServer = await startMailServer();
  server = await startTestServer({
    env: { SMTP_URL: `smtp://127.0.0.1:${mailServer.port}`, MAIL_FROM: 'keys@example.com' },
  });
  outbox = createOutbox(server.secrets.masterKeys, server.issuer);
});
afterAll(async () => {
  await server.stop();
  await mailServer.stop();
});
beforeEach(async () => {
  controlTime();
  await server.database.db.deleteFrom('mail_outbox').execute();
  mailServer.received.length = 0;
  Object.assign(mailServer, { answer: undefined, answerSender: undefined, answerRecipient: undefined, senders: 0 });
});
afterEach(() => releaseTime());

const put = (mail: { to?: string; subject?: string } = {}) =>
  outbox.put(server.database.db, [{ to: 'ada@example.com', subject: 'Hello', text: 'Text.\n', ...mail }], new Date());
const send = () => server.app.jobs.sendMail();
const mails = async () => (await listMail(server.database.db, {}, byOperator())).rows;
const admin = async () => aMember(server, { platform: 'admin' });

describe('a server that does not take our own address', () => {
  it.each([
    [553, '5.7.1 sender not owned by user'],
    [530, '5.7.0 authentication required'],
    [554, '5.7.1 access denied'],
  ])('with %i is tried again, and the mail arrives once that is mended', async (code, message) => {
    mailServer.answerSender = () => ({ code, message });
    await put();
    await send();
    expect(await mails()).toMatchObject([
      { state: 'waiting', attempts: 1, lastError: expect.stringContaining(message) },
    ]);
    mailServer.answerSender = undefined;
    travel(60);
    expect(await send()).toBe(1);
    expect(await mails()).toMatchObject([{ state: 'sent' }]);
  });

  it('is asked by one of many mails at a time', async () => {
    mailServer.answerSender = () => ({ code: 553, message: 'not yours' });
    for (let n = 0; n < 12; n += 1) await put({ to: `person${n}@example.com` });
    for (let n = 0; n < 5; n += 1) await send();
    expect(mailServer.senders).toBe(1);
    mailServer.answerSender = undefined;
    travel(60);
    expect([await send(), await send()]).toEqual([10, 2]);
  });
});

it('a server that refuses a recipient in its own name is tried again, and one without that box is not', async () => {
  mailServer.answerRecipient = (address) =>
    address.startsWith('gone')
      ? { code: 550, message: '5.1.1 user unknown' }
      : { code: 554, message: '5.7.1 relay access denied' };
  await put({ to: 'gone@example.com' });
  travel(1);
  await put();
  await send();
  expect((await mails()).map(({ recipient, state }) => [recipient, state])).toEqual([
    ['ada@example.com', 'waiting'],
    ['gone@example.com', 'refused'],
  ]);
});

describe('mail that was not sent', () => {
  const refused = async () => {
    mailServer.answerRecipient = () => ({ code: 550, message: '5.1.1 user unknown' });
    await put();
    await send();
    mailServer.answerRecipient = undefined;
    const [mail] = await mails();
    expect(mail?.state).toBe('refused');
    return mail?.id ?? '';
  };

  it('goes out again by a click of an admin, and the audit trail has its id only', async () => {
    const id = await refused();
    const visitor = await aVisitor(server, await admin());
    const page = await visitor.submit(await visitor.visit(`/operator/outbox/${id}`), '/resend');
    expect(page.text).toContain('The mail is sent again.');
    expect(await mails()).toMatchObject([{ state: 'waiting', attempts: 0 }]);
    expect(await send()).toBe(1);
    const sent = await visitor.visit(`/operator/outbox/${id}`);
    expect(sent.text).not.toContain('Send again');
    const events = await server.database.db
      .selectFrom('audit_events')
      .selectAll()
      .where('type', '=', 'mail.resent')
      .execute();
    expect(events.map(({ detail }) => detail)).toEqual([{ mailId: id }]);
  });

  it('goes out again all at once, also what was given up', async () => {
    await put({ to: 'late@example.com' });
    travel(3 * 86_400);
    await refused();
    const visitor = await aVisitor(server, await admin());
    const outboxPage = await visitor.visit('/operator/outbox');
    expect(outboxPage.text).toContain('2 mails were not sent.');
    await visitor.submit(outboxPage, '/outbox/resend');
    expect(await send()).toBe(2);
    expect((await visitor.visit('/operator/outbox')).text).not.toContain('not sent.');
  });

  it('is not for an auditor, or a stranger, to send', async () => {
    const id = await refused();
    const auditor = await aVisitor(server, await aMember(server, { platform: 'auditor' }));
    const page = await auditor.visit(`/operator/outbox/${id}`);
    expect(page.text).not.toContain('/resend"');
    const csrf = /name="csrf" value="([^"]+)"/.exec((await auditor.visit('/teams/new')).text)?.[1] ?? '';
    expect((await auditor.request(`/operator/outbox/${id}/resend`, { form: { csrf } })).status).toBe(403);
    const stranger = await aVisitor(server);
    const theirs = /name="csrf" value="([^"]+)"/.exec((await stranger.visit('/teams/new')).text)?.[1] ?? '';
    for (const path of [`/operator/outbox/${id}/resend`, '/operator/outbox/resend']) {
      expect((await stranger.request(path, { form: { csrf: theirs } })).status).toBe(404);
    }
    expect(await mails()).toMatchObject([{ state: 'refused' }]);
  });

  it('goes out again by the command line', async () => {
    const id = await refused();
    const { run, answer } = commandLineOf(server);
    expect(await run(['mail', 'resend', 'mail_x'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no such mail'),
    });
    expect(await run(['mail', 'resend'])).toMatchObject({ code: 1, stderr: expect.stringContaining('--failed') });
    expect(await answer(['mail', 'resend', id])).toEqual({ resent: 1 });
    expect(await send()).toBe(1);
    expect(await run(['mail', 'resend', id])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('sent already'),
    });
    await refused().catch(() => {});
    expect(await answer(['mail', 'resend', '--failed'])).toEqual({ resent: 1 });
  });
});

describe('a server with a certificate of a private authority', () => {
  const file = (name: string) => fileURLToPath(new URL(`../support/private-ca/${name}.pem`, import.meta.url));
  const text = (name: string) => readFileSync(file(name), 'utf8');
  const secured = { key: text('key'), cert: text('certificate') };

  /** Sends one mail with these settings. */
  async function sendWith(env: Record<string, string>) {
    const config = readConfig({ ISSUER: server.issuer, MAIL_FROM: 'keys@example.com', ...env });
    const post = createPost({
      db: server.database.db,
      masterKeys: server.secrets.masterKeys,
      issuer: server.issuer,
      smtp: config.smtp,
      clock: () => new Date(),
      log: { warn() {} } as never,
      run: (_name, work) => work(),
    });
    await put();
    const sent = await post.send();
    await post.close();
    return sent;
  }

  it.each([
    ['TLS from the start', { secure: true }, 'smtps'],
    ['STARTTLS', { disabledCommands: [] }, 'smtp'],
  ])('gets mail over %s once SMTP_CA_FILE names it, and not before', async (_how, options, scheme) => {
    const secure = await startMailServer({ ...secured, ...options });
    try {
      const SMTP_URL = `${scheme}://localhost:${secure.port}`;
      expect(await sendWith({ SMTP_URL })).toBe(0);
      expect(await mails()).toMatchObject([{ state: 'waiting', lastError: expect.stringContaining('SMTP_CA_FILE') }]);
      await server.database.db.deleteFrom('mail_outbox').execute();
      expect(await sendWith({ SMTP_URL, SMTP_CA_FILE: file('authority') })).toBe(1);
      expect(secure.received).toHaveLength(1);
    } finally {
      await secure.stop();
    }
  });

  it('does not start with something else in its place', () => {
    expect(() => readConfig({ SMTP_CA: 'nothing' })).toThrow(/^SMTP_CA: is not a certificate in PEM/);
    const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----';
    expect(() => readConfig({ SMTP_CA: broken })).toThrow(/^SMTP_CA: is not a certificate in PEM/);
  });
});

describe('what others wrote', () => {
  it('is a subject that is read as it was written, also where it looks like an encoded word', async () => {
    const subject = '=?utf-8?b?RnJvbSB5b3VyIGJhbms=?= asks for access';
    await put({ subject });
    await send();
    const head = (mailServer.received[0]?.source ?? '').split('\r\n\r\n')[0] ?? '';
    const [, encoded = ''] = /^Subject: ((?:.*)(?:\r\n[ \t].*)*)/m.exec(head) ?? [];
    expect(encoded).not.toContain('RnJvbSB5b3VyIGJhbms');
    const words = [...encoded.matchAll(/=\?UTF-8\?B\?([^?]+)\?=/gi)].map(([, word = '']) =>
      Buffer.from(word, 'base64'),
    );
    expect(Buffer.concat(words).toString()).toBe(subject);
  });

  it.each(['Win at evil.com', 'Call +1 555 010 9999', 'write to eve@example.com', 'http://evil', 'evil。com'])(
    'is not in an invitation by a team that is called %j',
    async (name) => {
      const { db } = server.database;
      const grace = await aMember(server);
      const { id } = await createTeam(db, { name }, await byPerson(server, grace));
      await invite(
        db,
        outbox,
        { email: 'stranger@example.com', teamId: id, role: 'viewer' },
        await byPerson(server, grace),
      );
      await send();
      const source = mailServer.received.map((mail) => mail.source).join('\n');
      expect(source).toContain('Subject: Join a team on Latchkey');
      expect(source.replaceAll(server.issuer, '')).not.toMatch(/evil|555|eve@/);
    },
  );
});
