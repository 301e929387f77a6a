import type { Command } from 'commander';
import { NewApi } from '../../apis/api-schema.ts';
import { choice, collect, collectWords, given, orEmpty, orNone, wholeNumber } from '../option-values.ts';

/** What can be said of an API when it is created, and also later. */
export interface ApiOptions {
  readonly name?: string;
  readonly description?: string;
  readonly docsUrl?: string;
  readonly team?: string;
  readonly tokenLifetime?: number;
  readonly alg?: 'ES256' | 'RS256' | 'EdDSA';
  readonly visibility?: 'everyone' | 'selected' | 'team';
  readonly visibleTeam?: string[];
  readonly rolesClaim?: boolean;
  readonly needsApproval?: string[];
  readonly needsRole?: string[];
}

const { shape } = NewApi;

export function addApiOptions(command: Command): Command {
  return command
    .option('--description <text>', 'what developers read in the catalogue')
    .option('--docs-url <url>', 'its documentation')
    .option('--team <team>', 'the team that owns it, by its id or name; the operator does without one')
    .option('--token-lifetime <seconds>', 'how long its access tokens live (default: 300)', wholeNumber)
    .addOption(choice('--alg <alg>', 'what signs its tokens (default: ES256)', shape.signingAlg.unwrap().options))
    .addOption(choice('--visibility <who>', 'who finds it in the catalogue', shape.visibility.unwrap().options))
    .option('--visible-team <team>', 'a team that it is shown to, by its id or name; may be repeated', collect)
    .option('--roles-claim', 'its tokens name the roles of the person')
    .option('--needs-approval <scope>', 'a scope that its owner approves for each app; may be repeated', collectWords)
    .option('--needs-role <scope>', 'a scope that people need a role for; may be repeated', collectWords);
}

/** The fields of the action's input but its team and scopes. An empty value takes away what was there. */
export function readApiOptions(options: ApiOptions) {
  const { name, description, docsUrl, tokenLifetime, alg, visibility, visibleTeam, rolesClaim } = options;
  return given({
    name,
    description,
    docsUrl: orNone(docsUrl),
    tokenLifetime,
    signingAlg: alg,
    visibility,
    visibleTeams: orEmpty(visibleTeam),
    rolesClaim,
  });
}

export interface WantedScope {
  readonly name: string;
  readonly description: string;
  readonly needsApproval: boolean;
  readonly needsRole: boolean;
}

/** The scopes among `marked` that there are none of. */
export function unknownAmong(scopes: readonly { name: string }[], marked: readonly string[]): string[] {
  return marked.filter((name) => !scopes.some((scope) => scope.name === name));
}
