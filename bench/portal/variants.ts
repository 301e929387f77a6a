import { z } from 'zod';
import { operations } from '../../src/admin/operations.ts';
import type { Question } from './questions.ts';

/** Found in nearly every name. */
const FREQUENT = 'a';
/** Pages into a list. */
const DEEP = 40;

/** What a list takes is read from its page, or from the operation's schema, so that a new list is asked for the same. */
export async function variantsOf(question: Question, text: string, rare: string): Promise<Question[]> {
  const list = isOperation(question) ? readAnswer(question, text) : readPage(question.path, text);
  const deep = await goDeep(question, list.next);
  const searches = list.search ? [`${list.search}=${rare}`, `${list.search}=${FREQUENT}`] : [];
  const queries = [...list.queries, ...searches];
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

export const isOperation = ({ path }: Question) => path.startsWith('/api/v1/');

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
    queries: [
      ...oneOfEach(own.filter((href) => !CURSOR.test(href)).map((href) => href.slice(path.length + 1))),
      ...sortsOfCards(html),
    ],
  };
}

/** What a list of cards, which has no head, can be sorted by. */
function sortsOfCards(html: string): string[] {
  const select = /class="field filter"><label for="filter-sort">[\s\S]*?<\/select>/.exec(html)?.[0] ?? '';
  return [...select.matchAll(/<option value="([^"]+)"/g)].map(([, value]) => `sort=${value}`);
}

/** The last one of those that differ in their values only, and each sort: it is another statement. */
function oneOfEach(queries: readonly string[]): string[] {
  const parametersOf = (query: string) => {
    const parameters = new URLSearchParams(query);
    return [...parameters.keys(), parameters.get('sort')].join();
  };
  return [...new Map(queries.map((query) => [parametersOf(query), query])).values()];
}

/** Of parameters that have a list of values the last one is asked for, of `sort` each that falls, of others what the world has by that name. */
function readAnswer({ name, path, world }: Question, text: string): List {
  const query = operations.find((one) => one.method === 'GET' && `/api/v1${one.path}` === name)?.query;
  const { properties = {} } = (query ? z.toJSONSchema(query, { io: 'input' }) : {}) as {
    properties?: Record<string, { enum?: string[] }>;
  };
  const queries = Object.entries(properties).flatMap(([parameter, { enum: values }]) => {
    if (parameter === 'sort')
      return (values ?? []).filter((value) => value.startsWith('-')).map((value) => `sort=${value}`);
    const value = values?.at(-1) ?? world[parameter];
    return value === undefined ? [] : [`${parameter}=${value}`];
  });
  return { next: nextOf(path, text), search: 'search' in properties ? 'search' : undefined, queries };
}

function nextOf(path: string, text: string): string | undefined {
  const { next } = JSON.parse(text) as { next?: string | null };
  return next ? `${path}?cursor=${encodeURIComponent(next)}` : undefined;
}
