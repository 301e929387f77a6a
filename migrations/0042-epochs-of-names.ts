import { type Kysely, sql } from 'kysely';

/**
 * Everything that can end has an epoch now, under the names by which the feeds know it. `account_id` and `client_id` are the
 * same names of apps and consents, for those who look by a grant, and for processes of the version before.
 *
 * A row leaves the feed after `forget_at`, when the last token of a lower epoch has expired. It stays in the table.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create sequence epochs_seq`.execute(db);
  await sql`
    alter table epochs
      add column kind text,
      add column value text,
      add column seq bigint not null default 0,
      add column forget_at timestamptz`.execute(db);
  await sql`
    update epochs set
      kind = case account_id when '' then 'client' else 'consent' end,
      value = case account_id when '' then client_id else account_id || ' ' || client_id end`.execute(db);
  await sql`alter table epochs drop constraint epochs_pkey`.execute(db);
  await sql`
    alter table epochs
      alter column account_id drop not null,
      alter column client_id drop not null,
      add constraint epochs_pkey primary key (kind, value)`.execute(db);
  await sql`create unique index epochs_of_grants on epochs (account_id, client_id)`.execute(db);
  await sql`create index epochs_to_forget on epochs (forget_at)`.execute(db);
  await completeRows(db);
  await raiseWithRevocations(db);
}

/**
 * The two forms of a name, and what follows from a raise, whoever writes it. By the clock of the database: `forget_at` is the
 * longest life of a token, and ten minutes for a commit that comes late, for a process that has not heard yet, and for
 * clocks of verifiers.
 */
async function completeRows(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function complete_epoch() returns trigger language plpgsql as $$
    begin
      if new.kind is null then
        new.kind := case new.account_id when '' then 'client' else 'consent' end;
        new.value := case new.account_id when '' then new.client_id else new.account_id || ' ' || new.client_id end;
      elsif new.kind = 'client' then
        new.account_id := '';
        new.client_id := new.value;
      elsif new.kind = 'consent' then
        new.account_id := split_part(new.value, ' ', 1);
        new.client_id := split_part(new.value, ' ', 2);
      end if;
      -- Grants are removed later; nothing else has rows of its own.
      if new.kind not in ('client', 'consent') then
        new.cleaned := new.epoch;
      end if;
      if new.epoch > coalesce(old.epoch, 0) then
        new.seq := nextval('epochs_seq');
        new.forget_at := greatest(new.forget_at, clock_timestamp() + interval '10 minutes' + make_interval(secs => (
          select greatest(
            300,
            (select max(token_lifetime) from apis),
            (select (value ->> 'seconds')::int from settings
              where key = 'longest-token-lifetime'
                and (value ->> 'until')::int8 > extract(epoch from clock_timestamp()) * 1000)))));
      end if;
      return new;
    end $$`.execute(db);
  await sql`
    create trigger complete_epoch before insert or update on epochs
    for each row execute function complete_epoch()`.execute(db);
}

/**
 * What is revoked by its name and a time ends by its epoch too, whichever version of the server writes it. Two endings have
 * a smaller epoch than their name says: the stop of a team leaves its apps their grants, and roles are no matter for programs.
 */
async function raiseWithRevocations(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function raise_epoch() returns trigger language plpgsql as $$
    begin
      insert into epochs (kind, value, epoch) values (
        case
          when new.kind = 'client' and new.reason in ('team suspended', 'too many revoked tokens') then 'client-tokens'
          when new.kind = 'api' and new.reason = 'role taken away' then 'api-roles'
          else new.kind end,
        new.value, 1)
      on conflict (kind, value) do update set epoch = epochs.epoch + 1;
      return null;
    end $$`.execute(db);
  await sql`
    create trigger raise_epoch after insert or update on revocations
    for each row when (new.kind in ('client', 'account', 'subscription', 'api', 'roles'))
    execute function raise_epoch()`.execute(db);
}
