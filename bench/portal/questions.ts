import { operations } from '../../src/admin/operations.ts';
import { OPEN, ROUTES } from '../../test/portal/access/routes.ts';
import { expected } from '../../test/portal/access/world.ts';
import type { Caller, VisitorName } from './callers.ts';
import { everyone, type Ground } from './seed/seed.ts';
import { isOperation, variantsOf } from './variants.ts';

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

/** A server in production, as this one is, does not have it. */
const IN_DEVELOPMENT = '/development/';

/** Every page of the portal, for each visitor who gets to see it. */
function pagesOf(visitors: Record<VisitorName, Caller>, world: World): Question[] {
  const pages = ROUTES.filter(({ method, path }) => method === 'GET' && !path.startsWith(IN_DEVELOPMENT));
  const behind = pages.map((route) => ({
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

function fill(path: string, world: World): string {
  return path.replace(/\{(\w+?)(?:_id)?\}/g, (placeholder, name: string) => {
    const id = world[name];
    if (id === undefined) throw new Error(`the bench has nothing for ${placeholder} in ${path}`);
    return id;
  });
}
