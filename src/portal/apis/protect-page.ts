import type { Context } from 'koa';
import { ZodError } from 'zod';
import type { CatalogueApi } from '../../apis/catalogue/find-api.ts';
import { findSighting } from '../../apis/sightings.ts';
import { findClient } from '../../clients/find-clients.ts';
import { listClients } from '../../clients/list-clients.ts';
import { addSecret, removeSecret } from '../../clients/secrets/secrets.ts';
import { listSubscriptions } from '../../subscriptions/lists.ts';
import { t } from '../../texts/texts.ts';
import type { Tried } from '../../views/models/apps.ts';
import { quoted } from '../apps/snippets/parts.ts';
import { tryCredential } from '../apps/snippets/try-token.ts';
import { type FormState, fieldsOf, firstForm, refusedForm, textOf } from '../forms.ts';
import { fromNow } from '../moments.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { ownApiOf, presentHead } from './head.ts';
import { apiHref } from './present.ts';
import { protectSnippets } from './protect.ts';

const MINUTE = 60_000;
/** A verifier reads what has ended every few seconds. One that has not for so long has stopped. */
const LATE_MS = 2 * MINUTE;
/** For so long the secret lives with which the token is asked for; it is removed right afterwards. */
const SECRET_MS = 2 * MINUTE;

/** How an API lets in only who has a token for it, and whether it does. */
export function addProtectPage(area: Area): void {
  const { router } = area;

  router.get('/apis/:api/protect', async (ctx) => {
    const found = await ownApiOf(ctx, area, 'mayRead');
    await show(ctx, area, found, { form: firstForm(ctx) });
  });

  router.post('/apis/:api/protect', async (ctx) => {
    const found = await ownApiOf(ctx, area, 'mayWrite');
    try {
      await show(ctx, area, found, {
        form: { values: fieldsOf(ctx), problems: {} },
        command: await commandOf(ctx, area, found),
      });
    } catch (error) {
      const form = refusedForm(ctx, error);
      ctx.status = 400;
      await show(ctx, area, found, { form });
    }
  });
}

/** Calls of the API with a real token and without one, to paste into a shell. @throws {ZodError} at the field that is wrong */
async function commandOf(ctx: Context, area: Area, { api }: CatalogueApi) {
  const fields = fieldsOf(ctx);
  const address = textOf(fields.address).trim();
  if (!URL.canParse(address) || !/^https?:/.test(address)) throw problem('address', t('protect.noAddress'));
  const tried = await aToken(area, ctx, { clientId: textOf(fields.app), api: api.identifier, name: api.name });
  if (!tried.ok) throw problem('app', t('protect.noToken', { why: tried.advice }));
  return {
    sentence: tried.sentence,
    code: [
      `curl -i -H ${quoted(`Authorization: Bearer ${tried.token}`)} ${quoted(address)}`,
      `curl -i ${quoted(address)}`,
    ].join('\n'),
  };
}

/**
 * A token of an app of the visitor's, got as the app gets it: with a secret that lives for this request. So nothing decides on
 * it but what decides on every token, and the audit trail says who did it.
 */
async function aToken(
  area: Area,
  ctx: Context,
  { clientId, api, name }: { clientId: string; api: string; name: string },
): Promise<Tried> {
  const { db } = area;
  const { by } = visitorOf(ctx);
  const client = await findClient(db, clientId, 'app.write', by);
  const wanted = {
    clientId,
    name: `check of ${name}`.slice(0, 100),
    expiresAt: new Date(by.now.getTime() + SECRET_MS),
  };
  const { id, secret } = await addSecret(db, wanted, by);
  try {
    return await tryCredential(area, client, { secret, api });
  } finally {
    await removeSecret(db, { clientId, secretId: id }, by);
  }
}

const problem = (field: string, message: string) =>
  new ZodError([{ code: 'custom', path: [field], message, input: undefined }]);

async function show(
  ctx: Context,
  area: Area,
  found: CatalogueApi,
  shown: { form: FormState; command?: { sentence: string; code: string } },
): Promise<void> {
  const { db, page, issuer, clock } = area;
  const { api, scopes } = found;
  const isAddress = /^https?:/.test(api.identifier);
  await page(ctx, 'apis/protect', {
    api: presentHead(ctx, found),
    snippets: protectSnippets({ issuer, audience: api.identifier, scope: scopes[0]?.name }),
    mayCall: found.mayWrite,
    apps: found.mayWrite ? await callersOf(ctx, area, api.id, textOf(shown.form.values.app)) : [],
    form: { ...shown.form, values: { address: isAddress ? api.identifier : '', ...shown.form.values } },
    newApp: `/apps/new?type=machine&api=${encodeURIComponent(api.id)}`,
    action: `${apiHref(api.id)}/protect`,
    command: shown.command,
    seen: presentSeen(await findSighting(db, api.id), clock()),
  });
}

/** The apps that the visitor may have call the API: machines of theirs that may use it. */
async function callersOf(ctx: Context, { db }: Area, apiId: string, chosen: string) {
  const { by } = visitorOf(ctx);
  const [subscriptions, apps] = await Promise.all([
    listSubscriptions(db, { api: apiId, state: 'active', limit: 100 }, by),
    listClients(db, { limit: 100 }, by),
  ]);
  const live = new Set(subscriptions.rows.filter(({ mayAsk }) => mayAsk).map((row) => row.client_id));
  return apps.rows
    .filter((app) => live.has(app.id) && app.type === 'machine' && app.auth_method.startsWith('client_secret'))
    .map(({ id, name }) => ({ value: id, label: name, chosen: id === chosen }));
}

/** What this server has seen of the API's verifier, and whether that is all that it should do. */
function presentSeen(seen: Awaited<ReturnType<typeof findSighting>>, now: Date) {
  const lines = [
    { label: t('protect.keys'), value: seen?.keysAt ? fromNow(seen.keysAt, now) : t('protect.notYet') },
    { label: t('protect.feed'), value: seen?.feedAt ? fromNow(seen.feedAt, now) : t('protect.notYet') },
    ...(seen ? [{ label: t('protect.from'), value: seen.address }] : []),
  ];
  const follows = seen?.feedAt && now.getTime() - seen.feedAt.getTime() < LATE_MS;
  if (seen?.keysAt && follows) return { tone: 'good', badge: t('protect.works'), text: t('protect.worksText'), lines };
  if (seen?.feedAt && !follows)
    return { tone: 'warn', badge: t('protect.stopped'), text: t('protect.stoppedText'), lines };
  if (seen?.keysAt) return { tone: 'warn', badge: t('protect.keysOnly'), text: t('protect.keysOnlyText'), lines };
  return { tone: '', badge: t('protect.waits'), text: t('protect.waitsText'), lines };
}
