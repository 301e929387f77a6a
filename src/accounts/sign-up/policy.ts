import { domainToASCII } from 'node:url';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import { authorize, type By } from '../../access.ts';
import { record } from '../../audit/record.ts';
import type { Db } from '../../db/connections/connection.ts';
import type { Tables } from '../../db/tables/tables.ts';
import { inTransaction } from '../../db/transaction.ts';
import { emailKey } from '../../names/addresses.ts';
import { t } from '../../texts/texts.ts';

const KEY = 'sign-up';
export const MODES = ['closed', 'invitation', 'domains', 'open'] as const;
const MOST_DOMAINS = 50;

const Domain = z
  .string()
  .trim()
  .max(253)
  .transform((text, ctx) => {
    const domain = domainToASCII(text.replace(/^@/, '')).toLowerCase();
    if (/^([a-z0-9-]{1,63}\.)+[a-z][a-z0-9-]{1,62}$/.test(domain)) return domain;
    ctx.addIssue({ code: 'custom', message: t('links.domainWrong', { domain: text.slice(0, 100) }), input: text });
    return z.NEVER;
  });

/**
 * Who may make an account by themselves. `closed`: nobody, and no invitation makes one. `invitation`: who is invited. `domains`: also
 * who has an address of one of these domains, not of those below them. `open`: whoever has an address.
 */
export const SignUpPolicy = z
  .strictObject({ mode: z.enum(MODES), domains: z.array(Domain).max(MOST_DOMAINS).default([]) })
  .superRefine(({ mode, domains }, ctx) => {
    if (mode !== 'domains' || domains.length > 0) return;
    ctx.addIssue({ code: 'custom', path: ['domains'], message: t('links.domainMissing') });
  });
export type SignUpPolicy = z.output<typeof SignUpPolicy>;

const DEFAULT: SignUpPolicy = { mode: 'invitation', domains: [] };

export async function findSignUpPolicy(db: Db): Promise<SignUpPolicy> {
  const row = await db.selectFrom('settings').select('value').where('key', '=', KEY).executeTakeFirst();
  return (row?.value as SignUpPolicy | undefined) ?? DEFAULT;
}

/** @throws {AppError} not_found, forbidden */
export function readSignUpPolicy(db: Db, by: By): Promise<SignUpPolicy> {
  authorize(by, 'platform.read', null);
  return findSignUpPolicy(db);
}

/** Says who may make an account from now on. Links that were sent before are judged by it too. @throws {ZodError} @throws {AppError} not_found, forbidden */
export async function changeSignUpPolicy(
  db: Kysely<Tables>,
  input: z.input<typeof SignUpPolicy>,
  by: By,
): Promise<SignUpPolicy> {
  authorize(by, 'platform.write', null);
  const { mode, domains } = SignUpPolicy.parse(input);
  const policy = { mode, domains: mode === 'domains' ? [...new Set(domains)].sort() : [] };
  return inTransaction(db, async (trx) => {
    const before = await findSignUpPolicy(trx);
    if (JSON.stringify(before) === JSON.stringify(policy)) return policy;
    const value = JSON.stringify(policy);
    await trx
      .insertInto('settings')
      .values({ key: KEY, value, updated_at: by.now })
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ value, updated_at: by.now }))
      .execute();
    await record(trx, by.actor, { type: 'sign_up.changed', mode, domains: policy.domains }, by.now);
    return policy;
  });
}

/** Whether somebody may make an account with an address, without an invitation. */
export function admits({ mode, domains }: SignUpPolicy, email: string): boolean {
  if (mode === 'open') return true;
  const key = emailKey(email);
  return mode === 'domains' && domains.includes(key.slice(key.lastIndexOf('@') + 1));
}
