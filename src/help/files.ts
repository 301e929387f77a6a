import { existsSync, readdirSync, readFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url);

/** Pages at the top of the repository, by the name that they have here. */
const TOP: Readonly<Record<string, string>> = {
  readme: 'README.md',
  changelog: 'CHANGELOG.md',
  contributing: 'CONTRIBUTING.md',
  reporting: 'SECURITY.md',
};

/** Whom pages are for, in the order of the list, and what each is about. What is not named is for operators, but for decisions. */
const READERS = {
  everybody: {
    readme: 'What it is, the first five minutes, every setting and error code.',
    portal: 'What each page of the portal is for.',
    account: 'Your name, password, sessions and connected apps.',
    glossary: 'Our words, and the words of the standards for the same.',
  },
  developers: {
    tokens: 'Which token an app gets, what is in it, how it is refreshed.',
    claims: 'What an app learns of a person: name, address, groups.',
    clients: 'Libraries that were tried, and what each needs.',
    connect: 'Grafana, Nextcloud, Kubernetes and others: what to paste on both sides.',
  },
  owners: { verifying: 'How an API checks tokens by itself, in your framework.' },
  operators: {
    deploy: 'Processes, database, proxy, backup.',
    operations: 'Several cores, signals, metrics, mail, faults.',
    cli: 'The command latchkey, the doctor, configuration as a file.',
    'admin-api': 'The same for programs, as JSON.',
    branding: 'Name, logo, color and links of the installation.',
    languages: 'Which language and time zone a page has.',
    keys: 'How signing keys rotate, and what ends a token.',
    security: 'What is protected how, its limits, and what is not there yet.',
    changelog: 'What has changed, and what an upgrade takes.',
    reporting: 'How to report a weakness.',
  },
  contributors: {
    contributing: 'The first hour, suites, debugging, habits.',
    architecture: 'Rooms, the way of a request, what may import what.',
    decisions: 'Why it is so.',
    benchmarks: 'What it costs, measured.',
    'spec-ids': 'What the ids in titles of specs mean.',
  },
} as const satisfies Record<string, Readonly<Record<string, string>>>;

export type Reader = keyof typeof READERS;

export interface HelpFile {
  /** Its address below /docs. */
  readonly name: string;
  /** From the root of the repository. */
  readonly path: string;
  readonly reader: Reader;
  /** What it is about, in a sentence. */
  readonly about: string;
  /** It is in the list of pages; a decision is reached from the list of decisions. */
  readonly listed: boolean;
}

/** Every page, in the order of the list. */
export function helpFiles(): readonly HelpFile[] {
  const top = Object.entries(TOP).filter(([, path]) => existsSync(new URL(path, root)));
  const below = (folder: string) => readdirSync(new URL(folder, root)).filter((file) => file.endsWith('.md'));
  const all = [
    ...top,
    ...below('docs/').map((file) => [file.replace('.md', ''), `docs/${file}`] as const),
    ...below('docs/connect/').map((file) => [`connect/${file.replace('.md', '')}`, `docs/connect/${file}`] as const),
    ...below('docs/decisions/').map((file) => [nameOfDecision(file), `docs/decisions/${file}`] as const),
  ];
  const files = all.map(([name, path]): HelpFile => {
    const reader = (Object.keys(READERS) as Reader[]).find((one) => placeIn(one, name) >= 0);
    const decision = path.startsWith('docs/decisions/');
    const about = reader ? (named(reader)[name] ?? '') : '';
    return {
      name,
      path,
      reader: reader ?? (decision ? 'contributors' : path.startsWith('docs/connect/') ? 'developers' : 'operators'),
      about,
      listed: !name.includes('/'),
    };
  });
  const place = ({ name, reader }: HelpFile) => {
    const known = placeIn(reader, name);
    return Object.keys(READERS).indexOf(reader) * 1000 + (known < 0 ? 999 : known);
  };
  return files.sort((one, other) => place(one) - place(other) || one.name.localeCompare(other.name, 'en'));
}

const named = (reader: Reader): Readonly<Record<string, string>> => READERS[reader];
const placeIn = (reader: Reader, name: string) => Object.keys(named(reader)).indexOf(name);
const nameOfDecision = (file: string) => (file === 'README.md' ? 'decisions' : `decisions/${file.replace('.md', '')}`);

export const readHelp = ({ path }: Pick<HelpFile, 'path'>) => readFileSync(new URL(path, root), 'utf8');

/** A drawing that pages show. @returns undefined when there is none of that name */
export function readDrawing(name: string): Buffer | undefined {
  const folder = new URL('docs/pictures/', root);
  return readdirSync(folder).includes(name) ? readFileSync(new URL(name, folder)) : undefined;
}
