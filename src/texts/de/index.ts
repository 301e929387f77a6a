import { doctor } from './operator/doctor.ts';
import { findings } from './operator/findings.ts';
import { health } from './operator/health.ts';
import { trail } from './operator/trail.ts';
import { account } from './people/account.ts';
import { consent } from './people/consent.ts';
import { device } from './people/device.ts';
import { errors } from './people/errors.ts';
import { factors } from './people/factors.ts';
import { home } from './people/home.ts';
import { join } from './people/join.ts';
import { links } from './people/links.ts';
import { mail } from './people/mail.ts';
import { signIn } from './people/signIn.ts';
import { apis } from './portal/apis.ts';
import { approvals } from './portal/approvals.ts';
import { apps } from './portal/apps.ts';
import { branding } from './portal/branding.ts';
import { help } from './portal/help.ts';
import { lists } from './portal/lists.ts';
import { operator } from './portal/operator.ts';
import { protect } from './portal/protect.ts';
import { reference } from './portal/reference.ts';
import { roles } from './portal/roles.ts';
import { search } from './portal/search.ts';
import { settings } from './portal/settings.ts';
import { snippets } from './portal/snippets.ts';
import { teams } from './portal/teams.ts';
import { tools } from './portal/tools.ts';
import { usage } from './portal/usage.ts';
import { addresses } from './shared/addresses.ts';
import { causes } from './shared/causes.ts';
import { failures } from './shared/failures.ts';
import { forms } from './shared/forms.ts';
import { keys } from './shared/keys.ts';
import { parts } from './shared/parts.ts';
import { purposes } from './shared/purposes.ts';
import { refusals } from './shared/refusals.ts';
import { roleNames } from './shared/roleNames.ts';
import { shell } from './shared/shell.ts';
import { words } from './shared/words.ts';

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
  doctor,
  errors,
  factors,
  failures,
  findings,
  forms,
  health,
  help,
  home,
  join,
  keys,
  links,
  lists,
  mail,
  operator,
  parts,
  protect,
  purposes,
  reference,
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
  trail,
  usage,
  words,
};
