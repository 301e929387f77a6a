import { consent } from './consent.ts';
import { device } from './device.ts';
import { errors } from './errors.ts';
import { parts } from './parts.ts';
import { shell } from './shell.ts';
import { signIn } from './signIn.ts';

export const ar = {
  consent,
  device,
  errors,
  parts,
  shell,
  signIn,
};
