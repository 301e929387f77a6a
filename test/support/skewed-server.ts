/** The server as `src/main.ts` starts it, on a machine whose clock is ahead by CLOCK_AHEAD seconds. */
const ahead = Number(process.env.CLOCK_AHEAD ?? 0) * 1000;
delete process.env.CLOCK_AHEAD;
const RealDate = Date;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, given: unknown[]) =>
    given.length === 0 ? new target(RealDate.now() + ahead) : Reflect.construct(target, given),
  get: (target, name, receiver) =>
    name === 'now' ? () => RealDate.now() + ahead : Reflect.get(target, name, receiver),
});

await import('../../src/main.ts');

export {};
