import type { Context } from 'koa';
import type { Kysely } from 'kysely';
import type { z } from 'zod';
import { judgeAccess } from '../../access.ts';
import type { NewAppOfTeam } from '../../clients/client-input.ts';
import { type CreatedClient, createClient } from '../../clients/clients.ts';
import { createFirstClient, teamNameOf } from '../../clients/first-client.ts';
import { CLIENT_TYPES, PURPOSES } from '../../clients/purposes.ts';
import type { ClientType } from '../../db/tables/catalogue.ts';
import type { Tables } from '../../db/tables/tables.ts';
import { listTeams, listTeamsOf } from '../../teams/teams.ts';
import { t } from '../../texts/texts.ts';
import type { Option } from '../../views/models/apps.ts';
import { firstTeam } from '../first-team.ts';
import { makeOnce } from '../forms/once.ts';
import { emptyForm, type FormState, fieldsOf, firstForm, refusedForm, textOf } from '../forms.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { askForFirstApis, asksToLook, presentOffers, readFirstApis } from './first-apis.ts';
import { appHref } from './head.ts';

type Wanted = z.input<typeof NewAppOfTeam>;

export function addAppCreation(area: Area): void {
  const { router } = area;

  // The purpose, the API and the team may stand in the address, where a link says them already.
  router.get('/apps/new', (ctx) => {
    const { type, api } = ctx.query;
    const values = { type: textOf(type), api: textOf(api), team: firstTeam(ctx, 'app.write') };
    return showForm(ctx, area, firstForm(ctx, values));
  });

  // Looking for an API keeps what was typed, without a script too.
  router.post('/apps/new', (ctx) => showForm(ctx, area, { ...emptyForm, values: fieldsOf(ctx) }));

  router.post('/apps', async (ctx) => {
    const fields = fieldsOf(ctx);
    if (asksToLook(fields)) return showForm(ctx, area, { ...emptyForm, values: fields });
    try {
      const first = await readFirstApis(area, ctx, fields);
      const create = await creationFor(ctx, area, readWanted(fields));
      await makeOnce(area, ctx, async (db) => {
        const { client, secret } = await create(db);
        const asked = await askForFirstApis({ ...area, db }, ctx, { clientId: client.id, ...first });
        const credential = secret && { clientId: client.id, secret: secret.secret };
        const notice = t('apps.created', { name: client.name }) + asked;
        return { to: `${appHref(client.id)}/credential`, flash: { notice, credential } };
      });
    } catch (error) {
      const form = refusedForm(ctx, error);
      ctx.status = 400;
      await showForm(ctx, area, form);
    }
  });
}

/** For a team that was chosen; for who has none to choose, along with one that is named after them. */
async function creationFor(ctx: Context, area: Area, { team, ...wanted }: Wanted) {
  const { account, by } = visitorOf(ctx);
  const mayChoose = team || by.access.platformRole === 'admin' || (await writableTeams(area, ctx)).length > 0;
  return (db: Kysely<Tables>): Promise<CreatedClient> =>
    mayChoose ? createClient(db, team ? { ...wanted, team } : wanted, by) : createFirstClient(db, wanted, account, by);
}

/** Fields as the action wants them: addresses line by line, and none for an app that has none. */
function readWanted(fields: Record<string, string | string[]>): Wanted {
  const type = textOf(fields.type) as ClientType;
  const hasRedirectUris = PURPOSES[type]?.hasRedirectUris ?? true;
  return {
    name: textOf(fields.name),
    description: textOf(fields.description),
    type,
    team: textOf(fields.team) || undefined,
    redirectUris: hasRedirectUris ? linesOf(fields.redirectUris) : [],
  };
}

export const linesOf = (value: string | readonly string[] | undefined) =>
  textOf(value)
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter(Boolean);

async function showForm(ctx: Context, area: Area, form: FormState): Promise<void> {
  const { account, by } = visitorOf(ctx);
  const teams = await writableTeams(area, ctx);
  const isAdmin = by.access.platformRole === 'admin';
  const team = textOf(form.values.team);
  const options = teams.map(({ id, name }) => ({ value: id, label: name, chosen: id === team }));
  await area.page(ctx, 'apps/new', {
    form,
    purposes: purposeOptions(textOf(form.values.type)),
    teams: isAdmin && options.length > 0 ? [...options, OPERATOR(team === '')] : options,
    apis: await presentOffers(area, ctx, form),
    newTeam: options.length === 0 && !isAdmin ? teamNameOf(account.name) : undefined,
  });
}

const OPERATOR = (chosen: boolean) => ({ value: '', label: t('apps.ofOperator'), chosen });

function purposeOptions(chosen: string): Option[] {
  const type = CLIENT_TYPES.find((one) => one === chosen) ?? CLIENT_TYPES[0];
  return CLIENT_TYPES.map((value) => ({
    value,
    label: t(`purposes.${value}`),
    sentence: t(`purposes.${value}Sentence`),
    chosen: value === type,
  }));
}

/** The teams that this visitor may make apps for; an admin is shown the newest. */
async function writableTeams({ db }: Area, ctx: Context): Promise<readonly { id: string; name: string }[]> {
  const { account, by } = visitorOf(ctx);
  const isAdmin = by.access.platformRole === 'admin';
  const teams = isAdmin ? (await listTeams(db, { limit: 100 }, by)).rows : await listTeamsOf(db, account.id, by);
  return teams.filter(({ id }) => judgeAccess(by, 'app.write', id) === 'allowed');
}
