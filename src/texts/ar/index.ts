import { consent } from './people/consent.ts';
import { device } from './people/device.ts';
import { errors } from './people/errors.ts';
import { home } from './people/home.ts';
import { signIn } from './people/signIn.ts';
import { teams } from './portal/teams.ts';
import { parts } from './shared/parts.ts';
import { purposes } from './shared/purposes.ts';
import { shell } from './shared/shell.ts';

export const ar = {
  consent,
  device,
  errors,
  home,
  parts,
  purposes,
  shell,
  signIn,
  teams,
};
