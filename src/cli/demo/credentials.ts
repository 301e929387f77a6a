import { readConfig } from '../../config.ts';
import { type Demo, readDemo } from '../../demo/credentials.ts';
import type { CommandLine } from '../command-line.ts';
import { CommandFailure } from '../failures.ts';
import { readSecret } from '../io.ts';

export interface DemoOptions {
  readonly issuer?: string;
  readonly clientId?: string;
  readonly secretStdin?: boolean;
  readonly api?: string;
  readonly scope?: string;
  readonly json?: boolean;
}

/** Which app asks for what, and where. */
export interface DemoClient {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  readonly api: string;
  readonly scope: string;
}

type Kind = 'machine' | 'native' | 'device';

/**
 * From options, else the environment (CLIENT_ID, CLIENT_SECRET), else the demo that the server made at its first start. A
 * secret is never an option.
 * @throws {CommandFailure} when something is missing
 */
export async function readClient(line: CommandLine, options: DemoOptions, kind: Kind): Promise<DemoClient> {
  const { env } = line.io;
  const config = readConfig(env);
  const demo = readDemo(config.dataDir);
  const isOwn = (options.clientId ?? env.CLIENT_ID) !== undefined;
  const app = demo?.[kind];
  const clientSecret = options.secretStdin ? await typedSecret(line) : env.CLIENT_SECRET;
  const ofDemo = app && 'clientSecret' in app ? app.clientSecret : undefined;
  return {
    issuer: (options.issuer ?? config.issuer).replace(/\/$/, ''),
    clientId: required('--client-id', options.clientId ?? env.CLIENT_ID ?? app?.clientId, kind),
    clientSecret: isOwn ? clientSecret || undefined : ofDemo,
    api: required('--api', options.api ?? env.AUDIENCE ?? demo?.api?.identifier, kind),
    scope: options.scope ?? firstScope(demo, isOwn),
  };
}

const typedSecret = async ({ io }: CommandLine) => (await readSecret(io, { what: 'Secret', isNew: false })).trim();

/** An app of one's own has scopes that we do not know: none are named then, and it gets what it may have. */
const firstScope = (demo: Partial<Demo> | undefined, isOwn: boolean) => (isOwn ? '' : (demo?.api?.scopes[0] ?? ''));

function required(option: string, value: string | undefined, kind: Kind): string {
  if (value) return value;
  throw new CommandFailure(
    `${option} is missing, and there is no ${kind} app of a demo to take it from; start the server once, or name it`,
  );
}

/** RFC 6749 §2.3.1; an app without a secret says who it is in the form. */
export function authenticate({ clientId, clientSecret }: DemoClient) {
  if (clientSecret === undefined) return { form: { client_id: clientId }, authorization: undefined };
  const encoded = [clientId, clientSecret]
    .map((part) => new URLSearchParams({ '': part }).toString().slice(1))
    .join(':');
  return { form: {}, authorization: `Basic ${Buffer.from(encoded).toString('base64')}` };
}
