import { type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import { authorize, type By, judgeAccess } from '../access.ts';
import type { Db } from '../db/connections/connection.ts';
import { type Listing, matching, PageQuery } from '../db/pages.ts';
import { arrange, countRows, type Order, sortsOf } from '../db/sorting.ts';
import { AppError } from '../errors.ts';
import { t } from '../texts/texts.ts';
import type { OpenOutbox } from './outbox.ts';

const DAY = 86_400_000;

/** Mail is kept for so long, sent or not. */
export const KEEP_MAIL_DAYS = 30;

export const MAIL_STATES = ['waiting', 'sent', 'refused', 'given up'] as const;
export type MailState = (typeof MAIL_STATES)[number];

export const MailQuery = PageQuery.extend({
  state: z.enum(MAIL_STATES).optional(),
  sort: z.enum(sortsOf('created', 'recipient')).optional(),
});

const ORDER: Order<'created' | 'recipient'> = {
  keys: {
    created: { of: sql.ref('mail_outbox.created_at'), type: 'time' },
    recipient: { of: sql`lower(mail_outbox.recipient)`, type: 'text' },
  },
  id: sql.ref('mail_outbox.id'),
  usual: '-created',
};

/** A mail without its text. */
export interface ListedMail {
  readonly id: string;
  readonly recipient: string;
  readonly subject: string;
  readonly state: MailState;
  readonly attempts: number;
  readonly lastError: string | null;
  readonly createdAt: Date;
  readonly sentAt: Date | null;
  readonly nextAttemptAt: Date;
}

/** The outbox, the newest first: for those who look after the platform. @throws {ZodError} @throws {AppError} forbidden, not_found, invalid_request */
export async function listMail(db: Db, input: z.input<typeof MailQuery>, by: By): Promise<Listing<ListedMail>> {
  authorize(by, 'platform.read', null);
  const query = MailQuery.parse(input);
  const { place, beyond, orderBy, limit, toListing } = arrange(ORDER, query);
  const rows = await selectMail(db, by.now)
    .select(place)
    .where(isAskedFor(query, by.now))
    .where(beyond)
    .orderBy(orderBy)
    .limit(limit)
    .execute();
  return toListing(rows);
}

/** How many there are in all. @throws {ZodError} @throws {AppError} forbidden, not_found */
export async function countMail(db: Db, input: z.input<typeof MailQuery>, by: By): Promise<number> {
  authorize(by, 'platform.read', null);
  return await countRows(db, db.selectFrom('mail_outbox').where(isAskedFor(MailQuery.parse(input), by.now)));
}

function isAskedFor({ search, state }: z.output<typeof MailQuery>, now: Date): RawBuilder<boolean> {
  const found = matching(search, 'mail_outbox.recipient', 'mail_outbox.subject');
  return state === undefined ? found : sql<boolean>`(${found} and ${stateOf(now)} = ${state})`;
}

/** How many were refused or given up. @throws {AppError} not_found, forbidden */
export async function countFailed(db: Db, by: By): Promise<number> {
  authorize(by, 'platform.read', null);
  const { count } = await db
    .selectFrom('mail_outbox')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('sent_at', 'is', null)
    .where((eb) => eb.or([eb('failed_at', 'is not', null), eb('give_up_at', '<=', by.now)]))
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** One mail, with its text for admins alone: it may hold what opens something. @throws {AppError} not_found, forbidden */
export async function findMail(
  db: Db,
  outbox: OpenOutbox,
  id: string,
  by: By,
): Promise<ListedMail & { text: string | undefined }> {
  authorize(by, 'platform.read', null);
  const row = await selectMail(db, by.now).select('sealed_text').where('id', '=', id).executeTakeFirst();
  if (!row) throw new AppError('not_found', { detail: t('refusals.noSuchMail') });
  const { sealed_text, ...mail } = row;
  const isForThem = judgeAccess(by, 'platform.write', null) === 'allowed';
  return { ...mail, text: isForThem ? outbox.open({ id, sealed_text }) : undefined };
}

const stateOf = (now: Date): RawBuilder<MailState> => sql`case
  when sent_at is not null then 'sent'
  when failed_at is not null then 'refused'
  when give_up_at <= ${now} then 'given up'
  else 'waiting' end`;

function selectMail(db: Db, now: Date) {
  return db
    .selectFrom('mail_outbox')
    .select([
      'id',
      'recipient',
      'subject',
      'attempts',
      'last_error as lastError',
      'created_at as createdAt',
      'sent_at as sentAt',
      'next_attempt_at as nextAttemptAt',
    ])
    .select(stateOf(now).as('state'));
}

export async function deleteOldMail(db: Db, now: Date, batch: number): Promise<number> {
  const before = new Date(now.getTime() - KEEP_MAIL_DAYS * DAY);
  const old = db.selectFrom('mail_outbox').select('id').where('created_at', '<', before).limit(batch);
  const result = await db.deleteFrom('mail_outbox').where('id', 'in', old).executeTakeFirst();
  return Number(result.numDeletedRows);
}
