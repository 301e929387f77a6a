import type { MasterKey } from '../../../src/config.ts';
import type { Database } from '../../../src/db/connections/connection.ts';
import { createOutbox } from '../../../src/mail/outbox.ts';
import { createGroup } from '../../../src/roles/groups.ts';
import { createRole } from '../../../src/roles/roles.ts';
import { invite } from '../../../src/teams/invitations.ts';
import { createTeam } from '../../../src/teams/teams.ts';
import { aClient, anApi, aPerson } from '../../../test/support/factories.ts';

/** One real thing of each kind, made as people make them: what copies are made of. */
export interface Templates {
  readonly person: string;
  readonly team: string;
  readonly invitation: string;
  readonly api: string;
  readonly role: string;
  readonly group: string;
  readonly app: string;
  /** A mail is found by its subject. */
  readonly subject: string;
}

const SCOPES = Array.from({ length: 10 }, (_, index) => ({
  name: `scope-${index + 1}`,
  description: `May do thing ${index + 1}`,
  needsApproval: index > 4,
  needsRole: index > 7,
}));

export async function makeTemplates(
  database: Database,
  { issuer, masterKeys }: { issuer: string; masterKeys: readonly MasterKey[] },
): Promise<Templates> {
  const { db } = database;
  const by = { actor: { type: 'operator' } as const, now: new Date() };
  const { account } = await aPerson(database, { name: 'The first' });
  const team = await createTeam(db, { name: 'The first team', owner: account.id }, by);
  const outbox = createOutbox(masterKeys, issuer);
  const invited = await invite(db, outbox, { email: 'someone@example.com', teamId: team.id, role: 'viewer' }, by);
  const api = await anApi(database, { name: 'The first API', scopes: SCOPES });
  const scopes = SCOPES.slice(0, 3).map(({ name }) => name);
  const role = await createRole(db, api.id, { name: 'The first role', scopes }, by);
  const group = await createGroup(db, { name: 'The first group' }, by);
  const subscriptions = [{ api: api.identifier, scopes }];
  const app = await aClient(database, { type: 'machine', name: 'The first app', subscriptions });
  const subject = 'The first mail';
  await outbox.put(db, [{ to: 'ada@example.com', subject, text: 'A mail.' }], by.now);
  return {
    person: account.id,
    team: team.id,
    invitation: invited.invitation.id,
    api: api.id,
    role: role.id,
    group: group.id,
    app: app.clientId,
    subject,
  };
}
