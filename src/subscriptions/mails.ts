import type { By } from '../access.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Api } from '../db/tables/catalogue.ts';
import { type Mail, type Outbox, oneLine } from '../mail/outbox.ts';
import { withoutLinks } from '../mail/their-words.ts';
import { type Address, findAddress, findCaretakers } from '../teams/addresses.ts';
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
  const subject = `${theirs(app.name)} asks for access to ${theirs(api.name)}`;
  const lines = [
    `The app ${theirs(app.name)} asks for access to your API ${theirs(api.name)} (${theirs(api.identifier)}).`,
    scopes.length > 0
      ? `It asks for: ${theirs(scopes.join(', '))}`
      : 'The API has no scopes; it asks for tokens at all.',
    quoted('The reason given is:', reason),
    `Approve or deny it here:\n${outbox.issuer}/approvals`,
  ];
  await send(db, outbox, { to: await findCaretakers(db, api.team_id), subject, lines }, by);
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
  const subject = `${theirs(api.name)}: access ${isDenied ? 'denied' : refused.length > 0 ? 'approved in part' : 'approved'}`;
  const lines = [
    `You asked for access to ${theirs(api.name)} (${theirs(api.identifier)}) for the app ${theirs(app.name)}.`,
    approved.length > 0 ? `Approved, and usable now: ${theirs(approved.join(', '))}` : '',
    refused.length > 0 ? `Not approved: ${theirs(refused.join(', '))}` : '',
    quoted('The owner of the API says:', note ?? ''),
    appLink(outbox, app),
  ];
  await send(db, outbox, { to: await findAddress(db, decision.requestedBy), subject, lines }, by);
}

/** To those who look after the app, when the team of the API has taken it away. */
export async function tellOfEnd(
  db: Db,
  outbox: Outbox,
  { app, api, what, reason }: Parties & { what: 'suspended' | 'cancelled'; reason: string },
  by: By,
): Promise<void> {
  if (!decidesFor(by, api)) return;
  const lines = [
    `The access of your app ${theirs(app.name)} to ${theirs(api.name)} (${theirs(api.identifier)}) was ${what}.`,
    'It gets no more tokens for it, and those that it has are refused.',
    quoted('The owner of the API says:', reason),
    appLink(outbox, app),
  ];
  const subject = `${theirs(api.name)}: access of ${theirs(app.name)} ${what}`;
  await send(db, outbox, { to: await findCaretakers(db, app.team_id), subject, lines }, by);
}

const appLink = ({ issuer }: Outbox, app: Subscriber) => `The app and its APIs:\n${issuer}/apps/${app.id}/apis`;

/** What another team wrote: on one line, and with nothing to follow in it. */
const theirs = (text: string) => withoutLinks(oneLine(text));

/** What someone wrote, marked as theirs line by line, so that it cannot pass for ours. */
function quoted(introduction: string, text: string): string {
  if (text.trim() === '') return '';
  const lines = text.trim().split(/\r\n|[\r\n\v\f\u0085\u2028\u2029]/);
  return `${introduction}\n${lines.map((line) => `> ${theirs(line)}`).join('\n')}`;
}

/** One mail for each, so that nobody sees who else got it; none for the one who did it. */
async function send(
  db: Db,
  outbox: Outbox,
  { to, subject, lines }: { to: readonly Address[]; subject: string; lines: readonly string[] },
  { actor, now }: By,
): Promise<void> {
  const text = `${lines.filter(Boolean).join('\n\n')}\n`;
  const others = to.filter(({ accountId }) => accountId !== actor.id);
  const mails = others.map(({ email }): Mail => ({ to: email, subject, text }));
  await outbox.put(db, mails, now);
}
