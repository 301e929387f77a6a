import { readFileSync } from 'node:fs';

/** The credentials of the demo, as the first `npm start` wrote them. */
export interface Demo {
  readonly person: { readonly email: string; readonly password: string };
  readonly api: { readonly identifier: string; readonly scopes: readonly string[] };
  /** A demo from before there were two APIs has none. */
  readonly tasks?: { readonly identifier: string; readonly scopes: readonly string[] };
  readonly machine: { readonly clientId: string; readonly clientSecret: string };
  readonly web: { readonly clientId: string; readonly clientSecret: string; readonly redirectUri: string };
  /** A demo from before there were devices has none. */
  readonly device?: { readonly clientId: string };
}

/** Reads them, so that the examples run as they are. In your own app, put the credentials into its configuration. */
export function readDemo(): Demo | undefined {
  const folder = process.env.DATA_DIR ?? new URL('../data', import.meta.url).pathname;
  try {
    return JSON.parse(readFileSync(`${folder}/demo.json`, 'utf8')) as Demo;
  } catch {
    return undefined;
  }
}

/** A setting from the environment, else from the demo. Ends the program with one clear line when there is neither. */
export function setting(name: string, fallback: string | undefined): string {
  const value = process.env[name] || fallback;
  if (value) return value;
  console.error(
    `${name} is not set, and there is no data/demo.json to take it from. Run "npm start" first, or set it.`,
  );
  process.exit(1);
}
