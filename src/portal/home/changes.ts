import type { AuditEvent } from '../../audit/events.ts';
import { type TextKey, t } from '../../texts/texts.ts';
import type { Change } from '../../usage/home/changes.ts';
import { eventInWords } from '../operator/event-words.ts';

type Detail = Record<string, unknown>;
type DidKey = TextKey & `home.did${string}`;
type Values = Readonly<Record<string, string>>;
/** What was done: a text that names `apps`, with its other values. */
type Words = readonly [key: DidKey, values?: Values, because?: string];

const text = (value: unknown) => (typeof value === 'string' ? value : '');
const list = (value: unknown) => (Array.isArray(value) ? value.map(String).join(', ') : '');
const scopesOf = (value: unknown) => ({ scopes: list(value) || t('home.anApi') });

/** What people change of an app. */
const WORDS: Partial<Record<AuditEvent['type'], (detail: Detail) => Words>> = {
  'client.created': () => ['home.didCreated'],
  'client.updated': () => ['home.didUpdated'],
  'client.logo_changed': () => ['home.didLogoChanged'],
  'client.logo_removed': () => ['home.didLogoRemoved'],
  'client.secret_added': ({ name }) => ['home.didSecretAdded', { name: text(name) }],
  'client.secret_removed': () => ['home.didSecretRemoved'],
  'client.secret_rotated': () => ['home.didSecretRotated'],
  'client.secret_ended': () => ['home.didSecretEnded'],
  'client.subscribed': ({ scopes }) => ['home.didSubscribed', scopesOf(scopes)],
  'client.disabled': ({ reason }) => ['home.didDisabled', {}, text(reason)],
  'client.enabled': () => ['home.didEnabled'],
  'api.introspector_added': () => ['home.didIntrospectorAdded'],
  'subscription.requested': ({ live, waiting }) => ['home.didRequested', scopesOf([live, waiting].flat())],
  'subscription.withdrawn': () => ['home.didWithdrawn'],
  'subscription.approved': ({ scopes }) => ['home.didApproved', scopesOf(scopes)],
  'subscription.denied': ({ scopes }) => ['home.didDenied', scopesOf(scopes)],
  'subscription.narrowed': ({ removed }) => ['home.didNarrowed', scopesOf(removed)],
  'subscription.suspended': ({ reason }) => ['home.didSuspended', {}, text(reason)],
  'subscription.resumed': () => ['home.didResumed'],
  'subscription.cancelled': ({ reason }) => ['home.didCancelled', {}, text(reason)],
};

/** A change without the app's name. An event without a sentence is told as the audit trail does. */
export function changeInWords({ type, detail }: Change): { key: DidKey; values: Values; because: string } {
  const words: Words = WORDS[type as AuditEvent['type']]?.(detail) ?? [
    'home.didOther',
    { event: eventInWords(type) ?? type },
  ];
  const [key, values = {}, reason = ''] = words;
  return { key, values, because: reason && t('home.because', { reason }) };
}

/** @returns undefined for the person who looks */
export function whoDidIt({ byCaller, person, actorType }: Change): string | undefined {
  if (byCaller) return undefined;
  if (person) return person;
  if (actorType === 'operator') return t('home.theOperator');
  if (actorType === 'system') return t('home.theServer');
  return actorType === 'client' ? t('home.aProgram') : t('home.someone');
}
