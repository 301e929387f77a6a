import type { By } from '../access.ts';
import { preferencesOf } from '../accounts/preferences.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Api } from '../db/tables/catalogue.ts';
import { type Mail, type Outbox, oneLine } from '../mail/outbox.ts';
import { withoutLinks } from '../mail/their-words.ts';
import { type Address, findAddress, findCaretakers } from '../teams/addresses.ts';
import { inLanguage } from '../texts/speech.ts';
import { t } from '../texts/texts.ts';
import { decidesFor, type Subscriber } from './rows.ts';

/** An app and the API that it is about. */
interface Parties {
  readonly app: Subscriber;
  readonly api: Api;
}

/** To those who decide for the API: an app asks for scopes. */
export async function tellOfRequest(
  db: Db,
  outbox: Outbox,
  { app, api, scopes, reason }: Parties & { scopes: readonly string[]; reason: string },
  by: By,
): Promise<void> {
  const parties = partiesOf({ app, api });
  const write = () => ({
    subject: t('mail.asksSubject', parties),
    lines: [
      t('mail.asks', parties),
      scopes.length > 0 ? t('mail.asksFor', { scopes: theirs(scopes.join(', ')) }) : t('mail.asksForTokens'),
      quoted(t('mail.reasonGiven'), reason),
      `${t('mail.decideHere')}\n${outbox.issuer}/approvals`,
    ],
  });
  await send(db, outbox, { to: await findCaretakers(db, api.team_id), write }, by);
}

/** To who asked: it was decided. */
export async function tellOfDecision(
  db: Db,
  outbox: Outbox,
  decision: Parties & {
    requestedBy: string | null;
    approved: readonly string[];
    refused: readonly string[];
    note: string | null;
  },
  by: By,
): Promise<void> {
  const { app, api, approved, refused, note } = decision;
  const isDenied = approved.length === 0 && refused.length > 0;
  const outcome = isDenied ? 'denied' : refused.length > 0 ? 'partly' : 'approved';
  const parties = partiesOf({ app, api });
  const write = () => ({
    subject: t(`mail.${outcome}Subject`, parties),
    lines: [
      t('mail.youAsked', parties),
      approved.length > 0 ? t('mail.approved', { scopes: theirs(approved.join(', ')) }) : '',
      refused.length > 0 ? t('mail.refused', { scopes: theirs(refused.join(', ')) }) : '',
      quoted(t('mail.ownerSays'), note ?? ''),
      appLink(outbox, app),
    ],
  });
  await send(db, outbox, { to: await findAddress(db, decision.requestedBy), write }, by);
}

/** To those who look after the app, when the team of the API has taken it away. */
export async function tellOfEnd(
  db: Db,
  outbox: Outbox,
  { app, api, what, reason }: Parties & { what: 'suspended' | 'cancelled'; reason: string },
  by: By,
): Promise<void> {
  if (!decidesFor(by, api)) return;
  const parties = partiesOf({ app, api });
  const write = () => ({
    subject: t(`mail.${what}Subject`, parties),
    lines: [t(`mail.${what}`, parties), t('mail.noTokens'), quoted(t('mail.ownerSays'), reason), appLink(outbox, app)],
  });
  await send(db, outbox, { to: await findCaretakers(db, app.team_id), write }, by);
}

const appLink = ({ issuer }: Outbox, app: Subscriber) => `${t('mail.appAndApis')}\n${issuer}/apps/${app.id}/apis`;

const partiesOf = ({ app, api }: Parties) => ({
  app: theirs(app.name),
  api: theirs(api.name),
  identifier: theirs(api.identifier),
});

/** What another team wrote: on one line, and with nothing to follow in it. */
const theirs = (text: string) => withoutLinks(oneLine(text));

/** What someone wrote, marked as theirs line by line, so that it cannot pass for ours. */
function quoted(introduction: string, text: string): string {
  if (text.trim() === '') return '';
  const lines = text.trim().split(/\r\n|[\r\n\v\f\u0085\u2028\u2029]/);
  return `${introduction}\n${lines.map((line) => `> ${theirs(line)}`).join('\n')}`;
}

/** One mail for each, in the language of each, so that nobody sees who else got it; none for the one who did it. */
async function send(
  db: Db,
  outbox: Outbox,
  { to, write }: { to: readonly Address[]; write: () => { subject: string; lines: readonly string[] } },
  { actor, now }: By,
): Promise<void> {
  const others = to.filter(({ accountId }) => accountId !== actor.id);
  const mails = others.map((person): Mail => {
    const { language = 'en', timeZone = 'UTC' } = preferencesOf(person);
    const { subject, lines } = inLanguage(language, timeZone, write);
    return { to: person.email, language, subject, text: `${lines.filter(Boolean).join('\n\n')}\n` };
  });
  await outbox.put(db, mails, now);
}
