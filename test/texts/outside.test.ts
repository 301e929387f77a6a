import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { markTexts } from '../../src/texts/marks.ts';
import { aClient, anApi } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { aVisitor } from '../support/portal.ts';
import { authorizationUrl } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { aMember, aTeam } from '../support/teams.ts';

const root = new URL('../../', import.meta.url);
const filesIn = (folder: string, ending: string) =>
  readdirSync(new URL(`${folder}/`, root), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .map((file) => `${folder}/${file}`);
const read = (file: string) => readFileSync(new URL(file, root), 'utf8');

/** English on purpose: what only developers of this server see. */
const ENGLISH = [
  ...['views/development/', 'src/portal/development/'],
  // What the program that is shown says.
  'src/portal/apps/snippets/sign-in.ts',
];
/** Rooms whose actions pages call: what they refuse is read by people. */
const FEATURES = 'accounts apis branding clients idempotency pictures revocation roles subscriptions teams usage'.split(
  ' ',
);
/** What is in no catalogue yet. This list gets shorter. */
const NOT_YET: readonly string[] = [];
const isDone = (file: string) => ![...ENGLISH, ...NOT_YET].some((start) => file.startsWith(start));

const hasWords = (text: string) => /\p{L}{2}/u.test(text.replace(/&\w+;/g, ''));

/** Words of a template that are in no catalogue: between tags, in attributes that people read, and handed to components. */
function wordsOutside(template: string): string[] {
  const code = [...template.matchAll(/<%([\s\S]*?)%>/g)].map(([, inside = '']) => inside);
  const NAMES = 'label|title|text|lead|hint|placeholder|legend|caption|pageTitle|none|button|more|words|how|sentence';
  const handed = code.flatMap((piece) =>
    [...piece.matchAll(new RegExp(`\\b(?:${NAMES}): (?:[^,'"\`{}]*\\? )?(['"\`])((?:(?!\\1).)*)\\1`, 'g'))].map(
      ([, , text = '']) => text.replace(/\$\{[^}]*\}/g, ''),
    ),
  );
  const html = template.replace(/<%[\s\S]*?%>/g, '\u0000');
  const read = [...html.matchAll(/\b(?:aria-label|placeholder|title|alt)="([^"]*)"/g)].map(([, text = '']) => text);
  const between = html
    .replace(/<(script|style|code|pre|kbd)\b[\s\S]*?<\/\1>/g, '')
    .split(/<[^>]*>|\u0000/)
    .map((text) => text.trim());
  // An example of an address or of an identifier is the same in every language.
  return [...handed, ...read, ...between].filter((text) => hasWords(text) && !/^\S+[.:_@]\S+$/.test(text));
}

/** Sentences in code: several words in quotation marks, the first with a capital letter. */
function sentencesOf(code: string): string[] {
  const plain = code.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$|^import .*$/gm, '');
  return [...plain.matchAll(/(['`])([A-Z](?:(?!\1).)*? (?:(?!\1).)*)\1/g)]
    .map(([, , text = '']) => text.replace(/\$\{[^}]*\}/g, ''))
    .filter((text) => /\p{L}+ \p{L}+/u.test(text));
}

describe('outside of the catalogue', () => {
  it.each(filesIn('views', '.eta').filter(isDone))('there is no text in %s', (file) => {
    expect(wordsOutside(read(file))).toEqual([]);
  });

  it.each(filesIn('src/portal', '.ts').filter(isDone))('there is no sentence in %s', (file) => {
    expect(sentencesOf(read(file))).toEqual([]);
  });

  it.each(FEATURES)('there is no refusal in src/%s', (room) => {
    const refusals = filesIn(`src/${room}`, '.ts').filter((file) => /detail: ['"`][A-Z]/.test(read(file)));
    expect(refusals).toEqual([]);
  });

  it('there is no text in the scripts of pages', () => {
    const scripts = filesIn('views/scripts', '.js').filter((file) => !NOT_YET.includes(file));
    expect(scripts.flatMap((file) => sentencesOf(read(file)).map((text) => `${file}: ${text}`))).toEqual([]);
  });

  it('nothing stands in the list of what is not there yet but what has text', () => {
    const files = [...filesIn('views', '.eta'), ...filesIn('src/portal', '.ts'), ...filesIn('views/scripts', '.js')];
    const done = NOT_YET.filter((start) =>
      files
        .filter((file) => file.startsWith(start))
        .every((file) => {
          const text = read(file);
          return (file.endsWith('.eta') ? wordsOutside(text) : sentencesOf(text)).length === 0;
        }),
    );
    expect(done).toEqual([]);
  });
});

describe('a page whose texts are marked', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.stop());
  afterEach(() => markTexts(undefined));

  /** What is no text of ours: names, identifiers, code, what others wrote, and languages and zones in their own words. */
  function unmarked(html: string): string[] {
    let text = html
      .replaceAll('Ada Lovelace', '')
      .replace(/<(script|style|code|pre|kbd|bdi|option|time)\b[\s\S]*?<\/\1>/g, '')
      .replace(/<(\w+) class="avatar[^>]*>[^<]*<\/\1>/g, '')
      .replace(/<form class="(?:languages|theme)"[\s\S]*?<\/form>/g, '')
      .replace(/<(?:title|svg)\b[\s\S]*?<\/(?:title|svg)>/g, '');
    const attributes = [...text.matchAll(/\b(?:aria-label|placeholder|title|alt)="([^"]*)"/g)].map(
      ([, value = '']) => value,
    );
    // The innermost first: a text may have another as its value.
    const strip = (one: string) => {
      let [before, after] = ['', one];
      while (before !== after) [before, after] = [after, after.replace(/⟦[^⟦⟧]*⟧/g, '')];
      return after;
    };
    text = strip(text.replace(/<[^>]*>/g, '\n'));
    return [...text.split('\n'), ...attributes.map(strip)].map((line) => line.trim()).filter(hasWords);
  }

  it('finds what is not marked, and nothing else', () => {
    expect(unmarked('<p>⟦You have ⟦3 apps⟧ now.⟧ Bare <bdi>Ada</bdi></p><i title="Also bare">–</i>')).toEqual([
      'Bare',
      'Also bare',
    ]);
  });

  it('has no other text for who is not signed in', async () => {
    const app = await aClient(server.database, { type: 'web' });
    await anApi(server.database);
    markTexts((text) => `⟦${text}⟧`);
    const stranger = new Person(server.issuer);
    for (const path of [
      '/',
      '/nothing-here',
      '/join',
      '/join/done',
      '/device',
      authorizationUrl(server, app, { scope: 'openid' }),
    ]) {
      const page = await stranger.visit(path);
      expect([path, page.text.includes('⟦'), unmarked(page.text)]).toEqual([path, true, []]);
    }
  });

  it('has no other text when somebody signs in wrongly, agrees, or is sent back to nowhere', async () => {
    const app = await aClient(server.database, { type: 'web' });
    const person = await aMember(server);
    markTexts((text) => `⟦${text}⟧`);
    const browser = new Person(server.issuer);
    const page = await browser.visit(
      authorizationUrl(server, app, { scope: 'openid profile email', prompt: 'consent' }),
    );
    const wrong = await browser.submit(page, '/sign-in', { email: person.email, password: 'wrong' });
    expect([wrong.response.status, unmarked(wrong.text)]).toEqual([400, []]);
    const consent = await browser.submit(wrong, '/sign-in', person);
    expect([consent.text.includes('/consent'), unmarked(consent.text)]).toEqual([true, []]);
  });

  it('has no other text in the frame, on the home page, and on those of teams', async () => {
    const team = await aTeam(server, 'Sales');
    const owner = await aMember(server, { team: team.id, role: 'owner' });
    await aMember(server, { team: team.id, role: 'viewer' });
    const visitor = await aVisitor(server, owner);
    markTexts((text) => `⟦${text}⟧`);
    const paths = [
      '/',
      '/preferences',
      '/teams',
      '/teams/new',
      `/teams/${team.id}`,
      `/teams/${team.id}/rename`,
      `/teams/${team.id}/delete`,
    ];
    for (const path of paths) {
      const page = await visitor.visit(path);
      expect([path, page.response.status, unmarked(page.text)]).toEqual([path, 200, []]);
    }
  });
});
