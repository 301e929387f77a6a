import { type By, judgeAccess } from '../../access.ts';
import type { ClientDetails } from '../../clients/find-clients.ts';
import { type Setting, type SettingName, settings } from '../../clients/settings/settings.ts';
import type { Client, ClientType } from '../../db/tables/catalogue.ts';
import { t } from '../../texts/texts.ts';
import type { Option, SettingField } from '../../views/models/apps.ts';
import { textOf } from '../forms.ts';
import { linesOf } from './create.ts';

type Typed = string | readonly string[] | undefined;

/** Whose form it is: for an app of this type, of somebody who may do this. */
interface FormOf {
  readonly type: ClientType;
  readonly by: By;
}

/** The settings that the form has; what is not on it stays as it is. */
function settingsFor({ type, by }: FormOf): [SettingName, Setting][] {
  const looksAfterPlatform = judgeAccess(by, 'platform.write', null) === 'allowed';
  return settings.filter(([, setting]) => setting.isFor(type) && (looksAfterPlatform || !('by' in setting)));
}

/** Settings as the fields of the form have them. */
export const typedSettings = (client: ClientDetails, by: By): Record<string, string> =>
  Object.fromEntries(
    settingsFor({ type: client.type, by }).map(([name, setting]) => [name, typed(setting, client[setting.column])]),
  );

/** What the fields of the form are called. */
export const settingLabels = (form: FormOf): Record<string, string> =>
  Object.fromEntries(settingsFor(form).map(([name, { label }]) => [name, label()]));

/** What the form says, for the action's schema to judge. */
export const readSettings = (fields: Readonly<Record<string, Typed>>, form: FormOf): Record<string, unknown> =>
  Object.fromEntries(settingsFor(form).map(([name, setting]) => [name, readTyped(setting, fields[name])]));

function typed({ kind }: Setting, value: unknown): string {
  if (kind === 'list') return (value as string[]).join('\n');
  return kind === 'switch' ? switchValue(value === true) : String(value ?? '');
}

const switchValue = (on: boolean) => (on ? 'on' : '');

function readTyped({ kind, whenNew }: Setting, value: Typed): unknown {
  if (kind === 'list') return linesOf(value);
  const text = textOf(value);
  if (kind === 'switch') return text === switchValue(true);
  if (kind === 'number') return Number(text || Number.NaN);
  return kind === 'text' ? text.trim() || whenNew : text;
}

/** The fields of the form, with those that few need apart. */
export function presentSettings(form: FormOf, values: Readonly<Record<string, Typed>>) {
  const fields = settingsFor(form).map(([name, setting]) =>
    presentField(name, setting, form.type, textOf(values[name])),
  );
  return {
    about: fields.filter(({ place }) => place === 'about'),
    signIn: fields.filter(({ place }) => place === 'signIn'),
    more: fields.filter(({ place }) => place === 'more'),
    ofPlatform: fields.filter(({ place }) => place === 'ofPlatform'),
  };
}

const PLACES = { text: 'about', list: 'signIn', choice: 'more', number: 'more', switch: 'more' } as const;

function placeOf(setting: Setting) {
  if ('by' in setting) return 'ofPlatform';
  return setting.kind === 'list' && setting.isSpecial ? 'more' : PLACES[setting.kind];
}

function presentField(
  name: SettingName,
  setting: Setting,
  type: ClientType,
  value: string,
): SettingField & { place: string } {
  const { kind, label, hint } = setting;
  return {
    name,
    kind,
    label: label(),
    hint: hint?.(type),
    place: placeOf(setting),
    input: 'input' in setting ? setting.input : {},
    options: kind === 'choice' ? choose(setting.choices, value) : [],
    on: value === switchValue(true),
  };
}

const choose = (choices: Readonly<Record<string, () => string>>, chosen: string): Option[] =>
  Object.entries(choices).map(([value, label]) => ({ value, label: label(), chosen: value === chosen }));

interface Fact {
  readonly label: string;
  readonly value: string;
  readonly code: boolean;
}

/** What the app's page says of its settings. */
export const factsOfSettings = (client: Client): Fact[] =>
  settings
    .filter(([, { isFor }]) => isFor(client.type))
    .flatMap(([, setting]) => factsOf(setting, client[setting.column]));

function factsOf(setting: Setting, value: unknown): Fact[] {
  if (!('fact' in setting) || setting.fact === undefined) return [];
  if (setting.kind === 'list') {
    const lines = value as string[];
    // What is as in every app says nothing of this one.
    const isUsual = lines.join() === setting.whenNew.join();
    const shown = setting.isSpecial ? [lines.join(' ') || t('words.none')] : lines;
    return isUsual ? [] : shown.map((line) => ({ label: setting.fact(), value: line, code: true }));
  }
  if (setting.kind === 'switch') {
    return value ? [{ label: setting.fact.label(), value: setting.fact.whenOn(), code: false }] : [];
  }
  if (setting.kind === 'choice') {
    const { label, of } = setting.fact;
    return [
      { label: label(), value: (of as Readonly<Record<string, () => string>>)[String(value)]?.() ?? '', code: false },
    ];
  }
  return value ? [{ label: setting.fact(), value: String(value), code: false }] : [];
}
