import type { FormView } from '../shell.ts';
import type { OperatorFrame } from './operator.ts';

interface ShownAccent {
  readonly color: string;
  /** Lighter or darker than what was asked for. */
  readonly isAdapted: boolean;
  /** Of the text on it, as one says it: 4.6 to 1. */
  readonly contrast: string;
}

export interface AccentPreview {
  readonly styleSheet: string;
  readonly light: ShownAccent;
  readonly dark: ShownAccent;
}

export interface BrandingViews {
  'operator/branding': OperatorFrame & {
    form: FormView;
    version: string;
    mostOfName: number;
    /** Of the preview. */
    name: string;
    /** `default`: the look that pages have by themselves; undefined: nothing to show. */
    preview: AccentPreview | 'default' | undefined;
    logos: readonly {
      readonly path: 'logo' | 'dark-logo';
      readonly href: string;
      readonly src: string | undefined;
      readonly problem: string | undefined;
    }[];
    /** There is nothing to reset. */
    isDefault: boolean;
  };
}
