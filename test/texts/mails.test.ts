import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { keepPreferences } from '../../src/accounts/preferences.ts';
import { createOutbox } from '../../src/mail/outbox.ts';
import { requestSubscription } from '../../src/subscriptions/requests.ts';
import { inLanguage } from '../../src/texts/speech.ts';
import { aClient, anApi } from '../support/factories.ts';
import { aVisitor } from '../support/portal.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { aMember, aTeam, byPerson } from '../support/teams.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const outbox = () => createOutbox(server.secrets.masterKeys, server.issuer);

async function mailTo(recipient: string) {
  const mails = server.database.db.selectFrom('mail_outbox').selectAll().where('recipient', '=', recipient);
  const mail = await mails.executeTakeFirstOrThrow();
  return { subject: mail.subject, text: outbox().open(mail) };
}

it('a mail is in the language of each who gets it, whatever that of the one who caused it', async () => {
  const { db } = server.database;
  const [owners, askers] = [await aTeam(server), await aTeam(server)];
  const german = await aMember(server, { team: owners.id, role: 'owner' });
  const english = await aMember(server, { team: owners.id, role: 'developer' });
  await keepPreferences(db, german.account.id, { language: 'de', timeZone: 'Europe/Berlin' });
  const scopes = [{ name: 'reports:write', description: 'Write', needsApproval: true }];
  const api = await anApi(server.database, { name: 'Reports', scopes, teamId: owners.id });
  const app = await aClient(server.database, { type: 'machine', name: 'Dashboard' });
  await db.updateTable('clients').set({ team_id: askers.id }).where('id', '=', app.clientId).execute();
  const by = await byPerson(server, await aMember(server, { team: askers.id, role: 'developer' }));
  const request = { clientId: app.clientId, api: api.id, scopes: ['reports:write'], reason: '{app} <b>’{' };
  await inLanguage('ar', 'UTC', () => requestSubscription(db, outbox(), request, by));

  const toGerman = await mailTo(german.email);
  expect(toGerman.subject).toBe('Dashboard bittet um Zugriff auf Reports');
  expect(toGerman.text).toContain('Sie bittet um: reports:write');
  expect(toGerman.text).toContain('Als Grund wird genannt:\n> {app} <b>’{');
  const toEnglish = await mailTo(english.email);
  expect(toEnglish.subject).toBe('Dashboard asks for access to Reports');
  expect(toEnglish.text).toContain('Approve or deny it here:');
});

it('an invitation is in the language of whoever invites', async () => {
  const team = await aTeam(server, 'Vertrieb');
  const owner = await aMember(server, { team: team.id, role: 'owner' });
  await keepPreferences(server.database.db, owner.account.id, { language: 'de', timeZone: 'Asia/Tokyo' });
  const visitor = await aVisitor(server, owner);
  const page = await visitor.visit(`/teams/${team.id}`);
  await visitor.submit(page, '/invitations', { email: 'neu@example.com', role: 'developer' });
  const mail = await mailTo('neu@example.com');
  expect(mail.subject).toBe('Einladung in das Team Vertrieb bei Latchkey');
  expect(mail.text).toContain(
    `Sie sind eingeladen, dem Team „Vertrieb“ bei ${server.issuer} beizutreten (Entwickler).`,
  );
  expect(mail.text).toMatch(
    /Die Einladung gilt für neu@example\.com und läuft am \d+\. \p{L}+ \d{4} um \d\d:\d\d UTC ab\./u,
  );
});
