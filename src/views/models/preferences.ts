import type { FormView, Shell } from '../shell.ts';

interface Option {
  readonly value: string;
  readonly label: string;
  readonly chosen: boolean;
}

export interface PreferencesViews {
  'portal/preferences': {
    shell: Shell;
    form: FormView;
    languages: readonly Option[];
    timeZones: readonly Option[];
    /** What time it is in the time zone of now. */
    now: string;
  };
}
