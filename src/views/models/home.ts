import type { TextKey } from '../../texts/texts.ts';
import type { Shell } from '../shell.ts';
import type { BarsView, SparkView } from './usage.ts';

/** Something to look at, the most pressing first. */
export interface TaskView {
  readonly tone: 'bad' | 'warn' | 'info';
  readonly label: string;
  readonly text: string;
  /** Where to do something about it. */
  readonly href: string;
  readonly action: string;
}

export interface HomeViews {
  home: {
    shell: Shell;
    /** One sentence: is everything all right? */
    verdict: string;
    /** The numbers behind it, in a sentence. */
    figures: string;
    /** Calls of all apps over a week; undefined without any. */
    chart: BarsView | undefined;
    tasks: readonly TaskView[];
    apps: readonly {
      readonly name: string;
      readonly href: string;
      readonly disabled: boolean;
      readonly spark: SparkView;
      readonly calls: string;
      /** undefined without calls. */
      readonly failed: string | undefined;
      readonly failing: boolean;
    }[];
    /** There are more apps than are shown. */
    moreApps: boolean;
    /** Requests of one's own that wait for someone else. */
    waiting: readonly { readonly text: string; readonly href: string; readonly since: string }[];
    changes: readonly {
      /** undefined: the person who looks. */
      readonly who: string | undefined;
      /** A text of what was done, which names `who`, `by` and `apps`, and its other values. */
      readonly key: TextKey;
      readonly values: Readonly<Record<string, string>>;
      /** Empty without a reason. */
      readonly because: string;
      readonly apps: readonly { readonly name: string; readonly href: string }[];
      /** How many other apps, in words; empty for none. So is the next. */
      readonly more: string;
      readonly times: string;
      readonly at: string;
      readonly ago: string;
    }[];
  };
  /** For who has no app yet. */
  'home/first': {
    shell: Shell;
    issuer: string;
    discovery: string;
    name: string;
    /** What can be registered. */
    purposes: readonly { readonly title: string; readonly text: string; readonly href: string }[];
    hasTeam: boolean;
    tasks: readonly TaskView[];
  };
}
