import type { Shell } from '../shell.ts';
import type { ApiHead } from './apis.ts';
import type { AppHead } from './apps.ts';

/** A small line over time, as SVG paths. */
export interface SparkView {
  readonly width: number;
  readonly height: number;
  readonly line: string;
  readonly area: string;
  readonly label: string;
}

/** Calls over time as bars. */
export interface BarsView {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly base: number;
  readonly bars: readonly {
    readonly x: number;
    readonly width: number;
    readonly calls: { readonly y: number; readonly height: number };
    readonly failures: { readonly y: number; readonly height: number };
    readonly title: string;
  }[];
  readonly lines: readonly { readonly y: number; readonly label: string }[];
  /** Every other one is left out where there is little room. */
  readonly labels: readonly { readonly x: number; readonly text: string; readonly minor: boolean }[];
  /** The whole in words. */
  readonly label: string;
  /** Of which time zone it is. */
  readonly zone: string;
  /** The same as a table. */
  readonly rows: readonly { readonly name: string; readonly calls: string; readonly failures: string }[];
}

/** Figures, a chart, and the periods to choose from. */
export interface UsageView {
  readonly periods: readonly { readonly href: string; readonly label: string; readonly current: boolean }[];
  /** What a text chooses by. */
  readonly period: string;
  readonly calls: string;
  readonly failures: string;
  readonly share: string;
  readonly chart: BarsView | undefined;
}

export interface OutcomeView {
  readonly what: string;
  readonly outcome: string;
  readonly failed: boolean;
  readonly cause: string | undefined;
  readonly count: string;
}

export interface RequestView {
  readonly at: string;
  readonly ago: string;
  readonly what: string;
  readonly api: string | undefined;
  readonly outcome: string;
  readonly failed: boolean;
  /** What the server said. */
  readonly detail: string | undefined;
  readonly scope: string | undefined;
  /** The address of its cause on the page. */
  readonly why: string | undefined;
  readonly requestId: string | undefined;
}

/** Why requests failed, once for all that failed for it. */
export interface CauseView {
  readonly id: string;
  readonly outcome: string;
  readonly failed: boolean;
  readonly cause: string;
  readonly fix: string;
  readonly count: string;
}

export interface UsageViews {
  'usage/app': {
    shell: Shell;
    app: AppHead;
    usage: UsageView;
    outcomes: readonly OutcomeView[];
    filters: readonly { href: string; label: string; current: boolean }[];
    causes: readonly CauseView[];
    requests: readonly RequestView[];
    kept: string;
    older: string | undefined;
    inspector: string;
  };
  'usage/api': {
    shell: Shell;
    api: ApiHead;
    usage: UsageView;
    outcomes: readonly OutcomeView[];
    consumers: readonly { name: string; calls: string; failures: string; share: string; last: string }[];
  };
}
