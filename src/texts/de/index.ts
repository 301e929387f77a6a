import { branding } from './branding.ts';
import { failures } from './failures.ts';
import { forms } from './forms.ts';
import { help } from './help.ts';
import { lists } from './lists.ts';
import { shell } from './shell.ts';

export const de = {
  branding,
  failures,
  forms,
  help,
  lists,
  shell,
};
