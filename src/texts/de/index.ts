import { account } from './account.ts';
import { addresses } from './addresses.ts';
import { apis } from './apis.ts';
import { approvals } from './approvals.ts';
import { apps } from './apps.ts';
import { branding } from './branding.ts';
import { causes } from './causes.ts';
import { consent } from './consent.ts';
import { device } from './device.ts';
import { errors } from './errors.ts';
import { failures } from './failures.ts';
import { forms } from './forms.ts';
import { health } from './health.ts';
import { help } from './help.ts';
import { home } from './home.ts';
import { join } from './join.ts';
import { lists } from './lists.ts';
import { mail } from './mail.ts';
import { operator } from './operator.ts';
import { parts } from './parts.ts';
import { protect } from './protect.ts';
import { purposes } from './purposes.ts';
import { refusals } from './refusals.ts';
import { roleNames } from './roleNames.ts';
import { roles } from './roles.ts';
import { search } from './search.ts';
import { settings } from './settings.ts';
import { shell } from './shell.ts';
import { signIn } from './signIn.ts';
import { snippets } from './snippets.ts';
import { teams } from './teams.ts';
import { tools } from './tools.ts';
import { usage } from './usage.ts';
import { words } from './words.ts';

export const de = {
  account,
  addresses,
  apis,
  approvals,
  apps,
  branding,
  causes,
  consent,
  device,
  errors,
  failures,
  forms,
  health,
  help,
  home,
  join,
  lists,
  mail,
  operator,
  parts,
  protect,
  purposes,
  refusals,
  roleNames,
  roles,
  search,
  settings,
  shell,
  signIn,
  snippets,
  teams,
  tools,
  usage,
  words,
};
