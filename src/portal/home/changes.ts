import type { AuditEvent } from '../../audit/events.ts';
import type { Change } from '../../usage/home/changes.ts';

type Detail = Record<string, unknown>;
/** What was done, before the app's name, and after it. */
type Words = readonly [before: string, after?: string];

const text = (value: unknown) => (typeof value === 'string' ? value : '');
const list = (value: unknown) => (Array.isArray(value) ? value.map(String).join(', ') : '');
const because = ({ reason }: Detail) => (text(reason) ? `, because: ${text(reason)}` : '');

/** What people change of an app. */
const WORDS: Partial<Record<AuditEvent['type'], (detail: Detail) => Words>> = {
  'client.created': () => ['registered'],
  'client.updated': () => ['changed the settings of'],
  'client.logo_changed': () => ['changed the logo of'],
  'client.logo_removed': () => ['removed the logo of'],
  'client.secret_added': ({ name }) => [`added the secret “${text(name)}” to`],
  'client.secret_removed': () => ['removed a secret from'],
  'client.secret_rotated': () => ['rotated a secret of'],
  'client.secret_ended': () => ['ended a secret of', ', because its successor is in use'],
  'client.subscribed': ({ scopes }) => [`allowed ${list(scopes) || 'an API'} to`],
  'client.disabled': (detail) => ['stopped', because(detail)],
  'client.enabled': () => ['started', ' again'],
  'api.introspector_added': () => ['let', ' introspect the tokens of an API'],
  'subscription.requested': ({ live, waiting }) => [`asked for ${list([live, waiting].flat()) || 'an API'} for`],
  'subscription.withdrawn': () => ['withdrew a request of'],
  'subscription.approved': ({ scopes }) => [`approved ${list(scopes)} for`],
  'subscription.denied': ({ scopes }) => [`denied ${list(scopes)} to`],
  'subscription.narrowed': ({ removed }) => [`took ${list(removed)} from`],
  'subscription.suspended': (detail) => ['suspended a subscription of', because(detail)],
  'subscription.resumed': () => ['resumed a subscription of'],
  'subscription.cancelled': (detail) => ['cancelled a subscription of', because(detail)],
};

/** A change without the app's name. An event that has no words yet is told by its name. */
export function changeInWords({ type, detail }: Change): { before: string; after: string } {
  const [before, after = ''] = WORDS[type as AuditEvent['type']]?.(detail) ?? [`${type.replaceAll(/[._]/g, ' ')}:`];
  return { before, after };
}

export function whoDidIt({ byCaller, person, actorType }: Change): string {
  if (byCaller) return 'You';
  if (person) return person;
  const NAMES: Record<string, string> = {
    operator: 'The operator',
    system: 'The server',
    client: 'A program',
    account: 'Someone',
  };
  return NAMES[actorType] ?? 'Someone';
}
