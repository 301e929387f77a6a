import type { Middleware } from 'koa';

/**
 * The fields of a form that guard.ts has read, as `ctx.request.body`: text, or a list where a name comes several
 * times, as often as it likes. Names are just names: dots and brackets in them mean nothing.
 */
export function formFields(): Middleware {
  return async (ctx, next) => {
    const { formBody } = ctx.state as { formBody?: string };
    if (ctx.request.body === undefined && formBody !== undefined) ctx.request.body = readFields(formBody);
    await next();
  };
}

function readFields(text: string): Record<string, string | string[]> {
  const fields = new Map<string, string | string[]>();
  for (const [name, value] of new URLSearchParams(text)) {
    const known = fields.get(name);
    if (Array.isArray(known)) known.push(value);
    else fields.set(name, known === undefined ? value : [known, value]);
  }
  return Object.fromEntries(fields);
}
