import type { AuditEvent } from '../../audit/events.ts';
import { PURPOSES } from '../../clients/purposes.ts';
import type { ClientType } from '../../db/tables/catalogue.ts';
import { en } from '../../texts/en/index.ts';
import { type TextKey, t } from '../../texts/texts.ts';

/** Events of the audit trail in words. An event or detail of another version, without words here, keeps its machine name. */

type EventKey<Type> = Type extends `${infer Subject}.${infer What}` ? `trail.event_${Subject}_${What}` : never;
type DetailKey = TextKey & `trail.detail_${string}`;

const isText = (key: string): key is TextKey & `trail.${string}` =>
  key.startsWith('trail.') && Object.hasOwn(en.trail, key.slice('trail.'.length));

/** What happened: “Secret revoked” for `client.secret_removed`; undefined where there are no words. */
export function eventInWords(type: string): string | undefined {
  const key = `trail.event_${type.replace('.', '_')}`;
  // Each event has a text: without one, EventKey is no key, and this does not compile.
  return isText(key) ? t(key as EventKey<AuditEvent['type']>) : undefined;
}

/** What an event says beside its type, a line for each. Names are those of the admin API. */
export function detailsInWords(type: string, detail: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(detail).map(([name, value]) => {
    const key = `trail.detail_${name}`;
    const what = isText(key) ? t(key as DetailKey) : name.replaceAll('_', ' ');
    return t('trail.line', { what, value: valueInWords(type, name, value) });
  });
}

/** Where a reason is one of a few words and not what a person wrote. */
const HAS_FIXED_REASONS: ReadonlySet<string> = new Set<AuditEvent['type']>([
  ...(['account.sign_in_failed', 'user_code.refused', 'grant.revoked'] as const),
]);
const ROLES: Readonly<Record<string, TextKey>> = {
  admin: 'account.admin',
  auditor: 'account.auditor',
  owner: 'roleNames.owner',
  developer: 'roleNames.developer',
  viewer: 'roleNames.viewer',
};

function valueInWords(type: string, name: string, value: unknown): string {
  if (value === null) return t('words.none');
  if (Array.isArray(value)) return value.map(String).join(', ') || t('words.none');
  if (typeof value === 'object') return JSON.stringify(value);
  const text = String(value);
  return wordFor(type, name, text) ?? text;
}

function wordFor(type: string, name: string, text: string): string | undefined {
  if (name === 'role' && Object.hasOwn(ROLES, text)) return t(ROLES[text] as 'account.admin');
  if (name === 'client_type' && Object.hasOwn(PURPOSES, text)) return t(`purposes.${text as ClientType}`);
  if (name === 'reason' && !HAS_FIXED_REASONS.has(type)) return undefined;
  const key = `trail.value_${name}_${text}`;
  return isText(key) ? t(key as 'trail.value_which_one') : undefined;
}
