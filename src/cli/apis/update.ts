import type { Command } from 'commander';
import { findCatalogueApi } from '../../apis/catalogue/find-api.ts';
import { updateApi } from '../../apis/update-api.ts';
import type { ApiScope } from '../../db/tables/catalogue.ts';
import { findTeam } from '../../teams/find-team.ts';
import { type CommandLine, withJson } from '../command-line.ts';
import { CommandFailure } from '../failures.ts';
import { collect, collectWords } from '../option-values.ts';
import { examples, printable } from '../output.ts';
import { type ApiOptions, addApiOptions, readApiOptions, unknownAmong, type WantedScope } from './api-options.ts';
import { presentFound, waitOf } from './found.ts';
import { parseScopeOption } from './scope-option.ts';

interface UpdateOptions extends ApiOptions {
  readonly addScope?: string[];
  readonly removeScope?: string[];
  readonly needsNoApproval?: string[];
  readonly needsNoRole?: string[];
  readonly json?: boolean;
}

export function addApiUpdateCommand(api: Command, line: CommandLine): void {
  const update = withJson(api.command('update').description('change an API; what is not named stays as it is'))
    .argument('<api>', 'its identifier')
    .option('--name <name>', 'what people read')
    .option('--add-scope <name:description>', 'a new scope, or a new description; may be repeated', collect)
    .option('--remove-scope <scope>', 'a scope to drop; apps lose it at once; may be repeated', collectWords);
  addApiOptions(update)
    .option('--needs-no-approval <scope>', 'a scope that no one needs to approve; may be repeated', collectWords)
    .option('--needs-no-role <scope>', 'a scope that people need no role for; may be repeated', collectWords)
    .option('--no-roles-claim', 'its tokens name no roles')
    .addHelpText('after', '\nAn identifier cannot be changed: tokens and resource servers know the API by it.')
    .addHelpText(
      'after',
      examples(
        'api update https://orders.example.com --add-scope "orders:refund:Give money back" --needs-approval orders:refund',
        'api update https://orders.example.com --team Sales --visibility team',
      ),
    )
    .action((name: string, options: UpdateOptions) => updateOne(line, name, options));
}

async function updateOne(line: CommandLine, name: string, options: UpdateOptions): Promise<void> {
  const by = line.by();
  const { team } = options;
  const found = await line.withDatabase(async (db) => {
    const before = await findCatalogueApi(db, name, by);
    const changes = {
      ...readApiOptions(options),
      ...(touchesScopes(options) ? { scopes: changeScopes(before.scopes, options) } : {}),
      ...(team === undefined ? {} : { teamId: team === '' ? null : (await findTeam(db, team, by)).id }),
    };
    if (Object.keys(changes).length === 0) {
      throw new CommandFailure('name at least one thing to change; --help lists them');
    }
    // The list of scopes was made from this version: a change in between must not be undone by it.
    const { id, version } = before.api;
    await updateApi(db, changes.scopes ? { id, version } : { id }, changes, by);
    return findCatalogueApi(db, id, by);
  });
  line.answer(options, {
    json: presentFound(found),
    text: `Changed the API ${printable(found.api.name)} (${found.api.identifier}). It holds from the next request on.${waitOf(found)}`,
  });
}

const touchesScopes = ({ addScope, removeScope, ...options }: UpdateOptions) =>
  [addScope, removeScope, options.needsApproval, options.needsNoApproval, options.needsRole, options.needsNoRole].some(
    Boolean,
  );

function changeScopes(before: readonly ApiScope[], options: UpdateOptions): WantedScope[] {
  const { needsApproval = [], needsNoApproval = [], needsRole = [], needsNoRole = [], removeScope = [] } = options;
  const scopes = new Map(before.map((scope) => [scope.name, scope]));
  const added = (options.addScope ?? []).map(parseScopeOption);
  for (const { name, description } of added) {
    const known = scopes.get(name) ?? { api_id: '', needs_approval: false, needs_role: false, position: scopes.size };
    scopes.set(name, { ...known, name, description });
  }
  const marked = [...needsApproval, ...needsNoApproval, ...needsRole, ...needsNoRole, ...removeScope];
  const [unknown] = unknownAmong([...scopes.values()], marked);
  if (unknown !== undefined) throw new CommandFailure(`the API has no scope ${unknown}`);
  return [...scopes.values()]
    .filter(({ name }) => !removeScope.includes(name))
    .map(({ name, description, needs_approval, needs_role }) => ({
      name,
      description,
      needsApproval: needsApproval.includes(name) || (needs_approval && !needsNoApproval.includes(name)),
      needsRole: needsRole.includes(name) || (needs_role && !needsNoRole.includes(name)),
    }));
}
