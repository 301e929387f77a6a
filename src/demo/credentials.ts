import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a newcomer needs to get a token within a minute. Random for every install. */
export interface Demo {
  readonly person: { readonly email: string; readonly password: string };
  readonly api: { readonly identifier: string; readonly scopes: readonly string[] };
  /** The second API. */
  readonly tasks: { readonly identifier: string; readonly scopes: readonly string[] };
  readonly machine: { readonly clientId: string; readonly clientSecret: string };
  readonly web: { readonly clientId: string; readonly clientSecret: string; readonly redirectUri: string };
  readonly device: { readonly clientId: string };
  readonly native: { readonly clientId: string; readonly redirectUri: string };
}

/** The credentials that an earlier start wrote down; undefined without a demo. One from before an app was added lacks it. */
export function readDemo(dataDir: string): Partial<Demo> | undefined {
  try {
    return JSON.parse(readFileSync(demoFile(dataDir), 'utf8')) as Partial<Demo>;
  } catch {
    return undefined;
  }
}

export const demoFile = (dataDir: string) => join(dataDir, 'demo.json');
