import type { Db } from '../../db/connections/connection.ts';
import { emailKey } from '../../names/addresses.ts';
import type { Contents } from '../snapshot.ts';

const DEMO_PERSON = 'ada@example.com';
const LATELY_DAYS = 7;
const DAY = 86_400_000;

const activeAccounts = (db: Db) => db.selectFrom('accounts').where('disabled_at', 'is', null);

export async function countAdmins(db: Db): Promise<number> {
  return (await activeAccounts(db).select('id').where('platform_role', '=', 'admin').execute()).length;
}

export async function hasDemoPerson(db: Db): Promise<boolean> {
  const demo = await db.selectFrom('settings').select('key').where('key', '=', 'demo-seeded').executeTakeFirst();
  const ada = activeAccounts(db).select('id').where('email_key', '=', emailKey(DEMO_PERSON));
  return demo !== undefined && (await ada.executeTakeFirst()) !== undefined;
}

export async function findTeamsWithoutOwner(db: Db): Promise<string[]> {
  const rows = await db
    .selectFrom('teams')
    .select('name')
    .where(({ eb, not, exists }) =>
      not(
        exists(
          eb
            .selectFrom('team_members')
            .innerJoin('accounts', 'accounts.id', 'team_members.account_id')
            .select('accounts.id')
            .whereRef('team_members.team_id', '=', 'teams.id')
            .where('team_members.role', '=', 'owner')
            .where('accounts.disabled_at', 'is', null),
        ),
      ),
    )
    .orderBy('name_key')
    .execute();
  return rows.map(({ name }) => name);
}

export async function examineMail(db: Db, now: Date): Promise<Contents['mail']> {
  const unsent = db.selectFrom('mail_outbox').where('sent_at', 'is', null);
  const failed = await unsent
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('created_at', '>', new Date(now.getTime() - LATELY_DAYS * DAY))
    .where((eb) =>
      // Without an attempt nothing has failed: there is no mail server.
      eb.or([eb('failed_at', 'is not', null), eb.and([eb('give_up_at', '<=', now), eb('attempts', '>', 0)])]),
    )
    .executeTakeFirstOrThrow();
  const waiting = await unsent
    .select((eb) => eb.fn.min('created_at').as('oldest'))
    .where('failed_at', 'is', null)
    .where('give_up_at', '>', now)
    .executeTakeFirst();
  return { failed: Number(failed.count), oldestWaiting: waiting?.oldest ?? null };
}
