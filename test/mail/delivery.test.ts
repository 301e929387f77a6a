import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import type { By } from '../../src/access.ts';
import { readConfig } from '../../src/config.ts';
import { diagnose } from '../../src/doctor/diagnose.ts';
import { examine } from '../../src/doctor/examine/examine.ts';
import { rotateMasterKey } from '../../src/keys/sealing/master-keys.ts';
import { findMail, KEEP_MAIL_DAYS, listMail } from '../../src/mail/mail-lists.ts';
import { createOutbox, type OpenOutbox } from '../../src/mail/outbox.ts';
import { createPost } from '../../src/mail/post.ts';
import { type MailServer, startMailServer } from '../support/mail-server.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { aMember, byPerson } from '../support/teams.ts';
import { controlTime, releaseTime, travel } from '../support/time.ts';

let mailServer: MailServer;
let server: TestServer;
let outbox: OpenOutbox;
beforeAll(async () => {
  mailServer = await startMailServer();
  server = await startTestServer({
    env: { SMTP_URL: `smtp://127.0.0.1:${mailServer.port}`, MAIL_FROM: 'Keys & Co <keys@example.com>' },
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
  mailServer.answer = undefined;
});
afterEach(() => releaseTime());

const put = (mail: { to?: string; subject?: string; text?: string } = {}) =>
  outbox.put(
    server.database.db,
    [{ to: 'ada@example.com', subject: 'Hello', text: 'A line of text.\n', ...mail }],
    new Date(),
  );
const send = () => server.app.jobs.sendMail();
const operator = (): By => ({ actor: { type: 'operator' }, now: new Date() });
const outcome = async () => (await listMail(server.database.db, {}, operator())).rows[0];

describe('mail', () => {
  it('goes out once, as plain text, marked so that no machine answers it', async () => {
    await put({
      subject: 'Größe\r\nBcc: eve@example.com',
      text: 'Grüße, mit einem Link:\nhttp://localhost/approvals\n',
    });
    expect([await send(), await send()]).toEqual([1, 0]);
    const [mail] = mailServer.received;
    expect(mailServer.received).toHaveLength(1);
    expect(mail).toMatchObject({ from: 'keys@example.com', to: ['ada@example.com'] });
    const [head = '', body = ''] = (mail?.source ?? '').split('\r\n\r\n');
    expect(head).toMatch(/^From: "Keys & Co" <keys@example\.com>$/m);
    expect(head).toMatch(/^Subject: =\?UTF-8\?/m);
    expect(head).not.toMatch(/^Bcc/im);
    expect(head).toMatch(/^Auto-Submitted: auto-generated$/m);
    expect(head).toMatch(/^Message-ID: <mail_\w+@localhost>$/m);
    expect(head).toMatch(/^Content-Type: text\/plain/m);
    expect(body).toContain('http://localhost/approvals');
    expect(await outcome()).toMatchObject({ state: 'sent', attempts: 1, lastError: null });
  });

  it('to one address reaches just that one, whatever is in it', async () => {
    await put({ to: 'ada@example.com, eve@example.com' });
    await send();
    expect(mailServer.received.flatMap(({ to }) => to)).not.toContain('eve@example.com');
  });

  it('is tried again after growing delays, with the same Message-ID', async () => {
    mailServer.answer = () => ({ code: 451, message: 'try again later' });
    await put();
    expect(await send()).toBe(0);
    expect(await outcome()).toMatchObject({ state: 'waiting', attempts: 1 });
    expect((await outcome())?.lastError).toContain('451');
    travel(59);
    await send();
    expect((await outcome())?.attempts).toBe(1);
    travel(1);
    await send();
    expect((await outcome())?.attempts).toBe(2);
    travel(299);
    await send();
    expect((await outcome())?.attempts).toBe(2);
    mailServer.answer = undefined;
    travel(1);
    expect(await send()).toBe(1);
    expect(await outcome()).toMatchObject({ state: 'sent', attempts: 3, lastError: null });
  });

  it('that is refused for good is not tried again, and does not hold up the others', async () => {
    mailServer.answer = ({ to }) =>
      to.includes('gone@example.com') ? { code: 550, message: 'no such box' } : undefined;
    await put({ to: 'gone@example.com' });
    travel(1);
    await put();
    expect(await send()).toBe(1);
    travel(86_400);
    expect(await send()).toBe(0);
    const { rows } = await listMail(server.database.db, { search: 'gone@' }, operator());
    expect(rows).toMatchObject([{ state: 'refused', attempts: 1, lastError: expect.stringContaining('no such box') }]);
  });

  it('that cannot be looked for is told of by doctor, until it goes well again', async () => {
    const { db } = server.database;
    const failing = async () => {
      await server.app.jobs.cleanUp();
      return diagnose(await examine(db, readConfig({ ISSUER: server.issuer }), () => new Date()))
        .filter(({ id }) => id === 'job-failing')
        .map(({ what }) => what);
    };
    await sql`alter table mail_outbox rename column failed_at to failed_away`.execute(db);
    expect(await send()).toBe(0);
    await sql`alter table mail_outbox rename column failed_away to failed_at`.execute(db);
    expect(await failing()).toEqual([expect.stringContaining('“send-mail” fails with 42703.')]);
    travel(60);
    expect(await send()).toBe(0);
    expect(await failing()).toEqual([]);
  });

  it('waits while the server is away, and is given up after three days', async () => {
    const away = createPost({
      db: server.database.db,
      masterKeys: server.secrets.masterKeys,
      issuer: server.issuer,
      smtp: { url: 'smtp://127.0.0.1:1', from: { name: '', address: 'keys@example.com' }, ca: undefined },
      clock: () => new Date(),
      log: { warn() {} } as never,
      run: (_name, work) => work(),
    });
    await put();
    await put();
    expect(await away.send()).toBe(0);
    // The first attempt shows that there is no server, so the second mail is not tried in vain.
    const { rows } = await listMail(server.database.db, {}, operator());
    expect(rows.map(({ attempts }) => attempts).sort()).toEqual([0, 1]);
    await away.close();
    travel(3 * 86_400);
    expect(await send()).toBe(0);
    expect(await outcome()).toMatchObject({ state: 'given up' });
    travel((KEEP_MAIL_DAYS - 3) * 86_400 + 1);
    await server.app.jobs.cleanUp();
    expect(await outcome()).toBeUndefined();
  });

  it('is sent by one of two that try at the same time', async () => {
    for (let index = 0; index < 5; index += 1) await put({ to: `person${index}@example.com` });
    const sent = await Promise.all([send(), send(), send()]);
    expect(sent.reduce((sum, count) => sum + count)).toBe(5);
    expect(mailServer.received.map(({ to }) => to[0]).sort()).toEqual(
      Array.from({ length: 5 }, (_, index) => `person${index}@example.com`),
    );
  });

  it('lies sealed in the database, and moves to a new master key', async () => {
    await put({ text: 'the code is 123456' });
    const { db } = server.database;
    const stored = async () => (await db.selectFrom('mail_outbox').selectAll().executeTakeFirstOrThrow()).sealed_text;
    expect(await stored()).toMatch(/^test\./);
    const fresh = { id: 'fresh', key: randomBytes(32) };
    server.secrets.masterKeys.push(fresh);
    await rotateMasterKey(db, [fresh, ...server.secrets.masterKeys], operator());
    expect(await stored()).toMatch(/^fresh\./);
    expect(await send()).toBe(1);
    expect(mailServer.received[0]?.source).toContain('the code is 123456');
  });
});

describe('the outbox', () => {
  it('is for the platform to see, and its texts for admins alone', async () => {
    await put();
    const { db } = server.database;
    const id = (await outcome())?.id ?? '';
    const as = async (platform?: 'admin' | 'auditor') =>
      byPerson(server, await aMember(server, platform ? { platform } : {}));
    expect(await findMail(db, outbox, id, await as('admin'))).toMatchObject({ text: 'A line of text.\n' });
    const auditor = await as('auditor');
    expect(await findMail(db, outbox, id, auditor)).toMatchObject({
      recipient: 'ada@example.com',
      text: undefined,
    });
    await expect(findMail(db, outbox, 'mail_x', auditor)).rejects.toMatchObject({ code: 'not_found' });
    await expect(as().then((by) => listMail(db, {}, by))).rejects.toMatchObject({ code: 'not_found' });
    await expect(as().then((by) => findMail(db, outbox, id, by))).rejects.toMatchObject({ code: 'not_found' });
  });
});

it('SMTP_URL and MAIL_FROM are checked at the start', () => {
  expect(() => readConfig({ SMTP_URL: 'https://mail.example.com' })).toThrow(/^SMTP_URL: .*smtps:/);
  expect(() => readConfig({ MAIL_FROM: 'nobody' })).toThrow(/^MAIL_FROM: /);
  expect(readConfig({ ISSUER: 'https://auth.example.com' }).smtp).toEqual({
    url: undefined,
    from: { name: 'Latchkey', address: 'no-reply@auth.example.com' },
    ca: undefined,
  });
});

it.each([
  ['latchkey@mailhost', '', 'latchkey@mailhost'],
  ['Keys, Inc. <r&d@müller.example>', 'Keys, Inc.', 'r&d@müller.example'],
  ['"Schlüssel" <jürgen@example.com>', 'Schlüssel', 'jürgen@example.com'],
])('MAIL_FROM may be %s', (value, name, address) => {
  expect(readConfig({ MAIL_FROM: value }).smtp.from).toEqual({ name, address });
});

it.each([
  'nobody',
  'a@b@c',
  'Keys <keys@example.com',
  '<keys@example.com> Keys',
  'keys@example.com, eve@example.com',
  '@',
])('MAIL_FROM is not %s', (value) => {
  expect(() => readConfig({ MAIL_FROM: value })).toThrow(/^MAIL_FROM: is not an address/);
});
