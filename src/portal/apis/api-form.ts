import type { Context } from 'koa';
import { judgeAccess } from '../../access.ts';
import { type ApiChangesInput, ScopeName } from '../../apis/api-schema.ts';
import type { CatalogueApi } from '../../apis/catalogue/find-api.ts';
import { listTeamsOf } from '../../teams/teams.ts';
import { t } from '../../texts/texts.ts';
import type { ApiFormView, ScopeInput } from '../../views/models/apis.ts';
import { type FormState, textOf } from '../forms.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';

type Fields = FormState['values'];

const MOST_SCOPES = 200;
const DEFAULTS = { visibility: 'everyone', signingAlg: 'ES256' };

/** Someone wants a line more, and nothing saved yet. */
export const asksForLine = (fields: Fields) => textOf(fields.add) === 'scope';

/** A scope for each line that has a name. */
export function readScopes(fields: Fields) {
  return scopeLines(fields)
    .filter(({ name }) => name !== '')
    .map(({ name, description, approval, role }) => ({
      name,
      description,
      needsApproval: approval,
      needsRole: role,
    }));
}

/** What the fields say of an API, in the form of its schema. */
export function readApi(fields: Fields) {
  const lifetime = textOf(fields.tokenLifetime).trim();
  return {
    name: textOf(fields.name),
    description: textOf(fields.description),
    docsUrl: textOf(fields.docsUrl).trim() || null,
    scopes: readScopes(fields),
    tokenLifetime: lifetime === '' ? 300 : Number(lifetime),
    signingAlg: (textOf(fields.signingAlg) || 'ES256') as 'ES256',
    visibility: (textOf(fields.visibility) || 'everyone') as 'everyone',
    visibleTeams: textOf(fields.visibleTeams)
      .split(/[\r\n]+/)
      .map((line) => line.trim())
      .filter(Boolean),
    rolesClaim: textOf(fields.rolesClaim) === 'yes',
  } satisfies ApiChangesInput;
}

/** The fields of a form that shows an API as it is. */
export function fieldsOfApi({ api, scopes, visibleTeams }: CatalogueApi): Fields {
  const lines = scopes.map((scope, index): Fields => {
    const checks = {
      ...(scope.needs_approval ? { [`approval-${index}`]: 'yes' } : {}),
      ...(scope.needs_role ? { [`role-${index}`]: 'yes' } : {}),
    };
    return { [`scope-${index}`]: scope.name, [`means-${index}`]: scope.description, ...checks };
  });
  return Object.assign(
    {
      name: api.name,
      description: api.description,
      docsUrl: api.docs_url ?? '',
      tokenLifetime: String(api.token_lifetime),
      signingAlg: api.signing_alg,
      visibility: api.visibility,
      visibleTeams: visibleTeams.map(({ name }) => name).join('\n'),
      rolesClaim: api.roles_claim ? 'yes' : '',
    },
    ...lines,
  ) as Fields;
}

export const apiLabels = () => ({
  name: t('words.name'),
  description: t('words.description'),
  docsUrl: t('apis.documentation'),
  scopes: t('apis.scopes'),
  tokenLifetime: t('apis.tokenLives'),
  signingAlg: t('apis.signedWith'),
  visibility: t('apis.whoFinds'),
  visibleTeams: t('apis.chosenTeams'),
  rolesClaim: t('apis.rolesInTokens'),
});

/** The fields with their scopes in one, for comparing. */
export const comparable = (fields: Fields): Fields => ({
  ...DEFAULTS,
  ...fields,
  scopes: readScopes(fields)
    .map(({ name, needsApproval, needsRole }) =>
      [name, needsApproval && t('apis.scopeApproval'), needsRole && t('apis.scopeRole')].filter(Boolean).join(' '),
    )
    .join('\n'),
});

/** The parts of the form that are more than a line of text. */
export async function presentApiForm(
  ctx: Context,
  { db }: Area,
  fields: Fields,
  warning?: ApiFormView['warning'],
): Promise<ApiFormView> {
  const { account, by } = visitorOf(ctx);
  const teams = (await listTeamsOf(db, account.id, by)).filter(
    ({ id }) => judgeAccess(by, 'api.write', id) === 'allowed',
  );
  const operator = judgeAccess(by, 'api.write', null) === 'allowed' ? [{ id: '', name: t('apis.theOperator') }] : [];
  const option = (name: string, value: string, label: string, sentence = '') => ({
    value,
    label,
    sentence,
    chosen: textOf(fields[name]) === value,
  });
  const defaulted = { ...DEFAULTS, ...fields };
  return {
    scopes: toShow(scopeLines(fields), asksForLine(fields)),
    mostScopes: MOST_SCOPES,
    teams: [...teams, ...operator].map(({ id, name }) => option('team', id, name)),
    visibility: visibilities().map(({ value, label, sentence }) => ({
      ...{ value, label, sentence },
      chosen: value === defaulted.visibility,
    })),
    algorithms: algorithms().map(({ value, label }) => ({ value, label, chosen: value === defaulted.signingAlg })),
    rolesClaim: textOf(fields.rolesClaim) === 'yes',
    warning,
  };
}

const visibilities = () => [
  { value: 'everyone', label: t('apis.everyone'), sentence: t('apis.everyoneMeans') },
  { value: 'selected', label: t('apis.chosenTeams'), sentence: t('apis.chosenTeamsMean') },
  { value: 'team', label: t('apis.ownTeam'), sentence: t('apis.ownTeamMeans') },
];

const algorithms = () => [
  { value: 'ES256', label: t('apis.es256') },
  { value: 'RS256', label: t('apis.rs256') },
  { value: 'EdDSA', label: t('apis.eddsa') },
];

/** The lines of the form that was sent, as they were sent. */
function scopeLines(fields: Fields): ScopeInput[] {
  const indexes = Object.keys(fields).flatMap((name) => /^scope-(\d{1,3})$/.exec(name)?.[1] ?? []);
  return indexes
    .map(Number)
    .sort((a, b) => a - b)
    .slice(0, MOST_SCOPES)
    .map((index) => ({
      index,
      name: textOf(fields[`scope-${index}`]).trim(),
      description: textOf(fields[`means-${index}`]).trim(),
      approval: textOf(fields[`approval-${index}`]) === 'yes',
      role: textOf(fields[`role-${index}`]) === 'yes',
      problem: false,
    }));
}

/** The lines with those that are wrong marked, and one that is empty; one more where that was asked for. */
function toShow(lines: readonly ScopeInput[], more: boolean): ScopeInput[] {
  const used = lines
    .filter(({ name, description }) => more || name !== '' || description !== '')
    .map((line) => ({ ...line, problem: line.name !== '' && !ScopeName.safeParse(line.name).success }));
  const spare = { name: '', description: '', approval: false, role: false, problem: false };
  return [...used, spare].slice(0, MOST_SCOPES).map((line, index) => ({ ...line, index }));
}
