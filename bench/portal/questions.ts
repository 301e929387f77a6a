import { z } from 'zod';
import { operations } from '../../src/admin/operations.ts';
import { OPEN, ROUTES } from '../../test/portal/access/routes.ts';
import { expected } from '../../test/portal/access/world.ts';
import type { Caller, VisitorName } from './callers.ts';
import { everyone, type Ground } from './seed/seed.ts';

/** Something that is asked again and again. */
export interface Question {
  /** The route or the operation's path, with its placeholders. */
  readonly name: string;
  readonly caller: Caller;
  /** Which part of a list, and what is looked for; empty for the plain page. */
  readonly variant: string;
  readonly path: string;
  readonly world: World;
}

/** What the placeholders of paths stand for. */
export type World = Readonly<Record<string, string>>;

/**
 * Every page and every operation that reads, as each of the callers sees it; of lists also a page deep inside and a search. What a
 * program may not read is left out for that one. `rare` is in few names of any list, so that a search goes through all of it.
 */
export async function allQuestions(ground: Ground, rare: string): Promise<Question[]> {
  const { visitors, programs, world } = ground;
  for (const caller of everyone(ground)) await caller.renew();
  const questions: Question[] = [];
  for (const question of [...pagesOf(visitors, world), ...operationsOf(programs, world)]) {
    const { status, body } = await question.caller.get(question.path);
    const isTheirs = question.caller === programs[0] || ![403, 404].includes(status) || !isOperation(question);
    if (isTheirs) questions.push(question, ...(status === 200 ? await variantsOf(question, body, rare) : []));
  }
  return questions;
}

/** What nobody comes to for what it shows: steps of signing in, which the other scenarios measure. */
const STEPS = ['/sign-in', '/signed-in', '/join/done'];

/** What they are called in the table of access. The newcomer is in another team than what is asked for. */
const KNOWN_AS = { developer: 'developer', owner: 'owner', admin: 'admin', newcomer: 'outsider' } as const;

/** Every page of the portal, for each visitor who gets to see it. */
function pagesOf(visitors: Record<VisitorName, Caller>, world: World): Question[] {
  const behind = ROUTES.filter(({ method }) => method === 'GET').map((route) => ({
    name: route.path,
    who: (Object.keys(visitors) as VisitorName[]).filter((caller) => expected(route, KNOWN_AS[caller]) === 'in'),
  }));
  const open = OPEN.filter((route) => route.startsWith('GET '))
    .map((route) => route.slice('GET '.length))
    .filter((path) => !STEPS.includes(path))
    .map((name) => ({ name, who: name === '/' ? (Object.keys(visitors) as VisitorName[]) : ['developer' as const] }));
  return [...open, ...behind].flatMap(({ name, who }) =>
    who.map((caller) => ({ name, caller: visitors[caller], variant: '', path: fill(name, world), world })),
  );
}

/** Every operation of the admin API that reads, for each program. */
function operationsOf(programs: readonly Caller[], world: World): Question[] {
  return operations
    .filter(({ method }) => method === 'GET')
    .flatMap(({ path }) =>
      programs.map((caller) => ({
        name: `/api/v1${path}`,
        caller,
        variant: '',
        path: fill(`/api/v1${path}`, world),
        world,
      })),
    );
}

const isOperation = ({ path }: Question) => path.startsWith('/api/v1/');

function fill(path: string, world: World): string {
  return path.replace(/\{(\w+?)(?:_id)?\}/g, (placeholder, name: string) => {
    const id = world[name];
    if (id === undefined) throw new Error(`the bench has nothing for ${placeholder} in ${path}`);
    return id;
  });
}

/** Pages into a list. */
const DEEP = 40;

/** What a list takes is read from its page, or from the operation's schema, so that a new list is asked for the same. */
async function variantsOf(question: Question, text: string, rare: string): Promise<Question[]> {
  const list = isOperation(question) ? readAnswer(question, text) : readPage(question.path, text);
  const deep = await goDeep(question, list.next);
  const queries = [...list.queries, ...(list.search ? [`${list.search}=${rare}`] : [])];
  return [
    ...(deep ? [{ ...question, variant: `page ${deep.page}`, path: deep.path }] : []),
    ...queries.map((query) => ({ ...question, variant: query, path: `${question.path}?${query}` })),
  ];
}

async function goDeep(question: Question, first: string | undefined) {
  const { caller, path } = question;
  let next = first;
  let deep: { page: number; path: string } | undefined;
  for (let page = 2; next && page <= DEEP; page += 1) {
    deep = { page, path: next };
    const { body } = await caller.get(next);
    next = isOperation(question) ? nextOf(path, body) : readPage(path, body).next;
  }
  return deep;
}

interface List {
  readonly next: string | undefined;
  /** The parameter that it is searched by. */
  readonly search: string | undefined;
  /** What else it can be asked for: other periods, other states. */
  readonly queries: readonly string[];
}

const CURSOR = /[?&](cursor|after|before)=[^&]/;

function readPage(path: string, html: string): List {
  const links = [...html.matchAll(/href="([^"]+)"/g)].map(([, href = '']) => href.replaceAll('&amp;', '&'));
  const own = links.filter((href) => href.startsWith(`${path}?`));
  return {
    next: own.find((href) => CURSOR.test(href)),
    search: /<input[^>]* name="(\w+)" type="search"/.exec(html)?.[1],
    queries: [...new Set(own)].filter((href) => !CURSOR.test(href)).map((href) => href.slice(path.length + 1)),
  };
}

/** Of parameters that have a list of values the last one is asked for, of others what the world has by that name. */
function readAnswer({ name, path, world }: Question, text: string): List {
  const query = operations.find((one) => one.method === 'GET' && `/api/v1${one.path}` === name)?.query;
  const { properties = {} } = (query ? z.toJSONSchema(query, { io: 'input' }) : {}) as {
    properties?: Record<string, { enum?: string[] }>;
  };
  const queries = Object.entries(properties).flatMap(([parameter, { enum: values }]) => {
    const value = values?.at(-1) ?? world[parameter];
    return value === undefined ? [] : [`${parameter}=${value}`];
  });
  return { next: nextOf(path, text), search: 'search' in properties ? 'search' : undefined, queries };
}

function nextOf(path: string, text: string): string | undefined {
  const { next } = JSON.parse(text) as { next?: string | null };
  return next ? `${path}?cursor=${encodeURIComponent(next)}` : undefined;
}
