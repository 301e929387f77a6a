import { consent } from './consent.ts';
import { device } from './device.ts';
import { errors } from './errors.ts';
import { home } from './home.ts';
import { parts } from './parts.ts';
import { purposes } from './purposes.ts';
import { shell } from './shell.ts';
import { signIn } from './signIn.ts';
import { teams } from './teams.ts';

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
