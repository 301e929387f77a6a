import type { FormView, Shell } from '../shell.ts';

export interface TeamViews {
  'teams/list': {
    shell: Shell;
    teams: readonly { href: string; name: string; role: string | undefined; suspended: boolean }[];
  };
  'teams/new': { shell: Shell; form: FormView };
}
