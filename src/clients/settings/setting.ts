import { z } from 'zod';
import type { ClientTable, ClientType } from '../../db/tables/catalogue.ts';
import { t } from '../../texts/texts.ts';

type Column = keyof ClientTable & string;

/** What every setting of an app says of itself. `Acts` is whether the protocol reads it with the app. */
interface Common<Name extends Column, Schema extends z.ZodType, Acts extends boolean> {
  readonly column: Name;
  readonly schema: Schema;
  /** What a new app has when nothing is said. */
  readonly whenNew: z.output<Schema>;
  /** What it is where a configuration file of version 1 leaves it out, if that is something else. */
  readonly inVersion1?: z.output<Schema>;
  readonly acts: Acts;
  /** Only who looks after the platform sets it, and not in the portal's form. */
  readonly by?: 'platform';
  /** The types of app in whose form and page it is. The other ways take it for any type. */
  readonly isFor: (type: ClientType) => boolean;
  /** For the OpenAPI document and the docs: a sentence, and a value where it is not what a new app has. */
  readonly meaning: string;
  readonly example?: unknown;
  /** At the command line: the option, and its help. */
  readonly option: string;
  readonly help: string;
  /** In the portal's form, in the language of who reads it. */
  readonly label: () => string;
  readonly hint?: (type: ClientType) => string;
}

/** One line, or several with `rows`. */
export interface TextSetting<Name extends Column, Schema extends z.ZodType, Acts extends boolean>
  extends Common<Name, Schema, Acts> {
  readonly kind: 'text';
  readonly input: Readonly<Record<string, string | number>>;
  readonly fact?: () => string;
}

/** Addresses or names; none twice. */
export interface ListSetting<Name extends Column, Acts extends boolean>
  extends Common<Name, z.ZodArray<z.ZodString>, Acts> {
  readonly kind: 'list';
  /** In the form among what few need. */
  readonly isSpecial?: true;
  readonly input: Readonly<Record<string, string | number | boolean>>;
  readonly fact: () => string;
}

/** One of a few values, each with its words in the form. */
export interface ChoiceSetting<Name extends Column, Value extends string, Acts extends boolean>
  extends Common<Name, z.ZodEnum<{ [V in Value]: V }>, Acts> {
  readonly kind: 'choice';
  readonly choices: Readonly<Record<Value, () => string>>;
  readonly fact?: { readonly label: () => string; readonly of: Readonly<Record<NoInfer<Value>, () => string>> };
}

/** On or off. */
export interface SwitchSetting<Name extends Column, Acts extends boolean> extends Common<Name, z.ZodBoolean, Acts> {
  readonly kind: 'switch';
  /** The help of `--no-…`. */
  readonly helpOff: string;
  readonly fact: { readonly label: () => string; readonly whenOn: () => string };
}

export interface NumberSetting<Name extends Column, Acts extends boolean> extends Common<Name, z.ZodInt, Acts> {
  readonly kind: 'number';
}

type Without<T, Known extends string> = Omit<T, 'kind' | Known>;

export const text = <const Name extends Column, Schema extends z.ZodType, const Acts extends boolean>(
  setting: Without<TextSetting<Name, Schema, Acts>, never>,
): TextSetting<Name, Schema, Acts> => ({ kind: 'text', ...setting });

export const list = <const Name extends Column, const Acts extends boolean>(
  setting: Without<ListSetting<Name, Acts>, 'whenNew'> & { readonly whenNew?: string[] },
): ListSetting<Name, Acts> => ({ kind: 'list', whenNew: [], ...setting });

export const choice = <const Name extends Column, Value extends string, const Acts extends boolean>(
  setting: Without<ChoiceSetting<Name, Value, Acts>, 'schema' | 'whenNew' | 'inVersion1'> & {
    readonly whenNew: NoInfer<Value>;
    readonly inVersion1?: NoInfer<Value>;
  },
): ChoiceSetting<Name, Value, Acts> => {
  const values = Object.fromEntries(Object.keys(setting.choices).map((value) => [value, value]));
  const error = () => t('forms.notAnOption', { options: Object.keys(values).join(', ') });
  return { kind: 'choice', schema: z.enum(values as { [V in Value]: V }, { error }), ...setting };
};

export const toggle = <const Name extends Column, const Acts extends boolean>(
  setting: Without<SwitchSetting<Name, Acts>, 'schema' | 'whenNew'>,
): SwitchSetting<Name, Acts> => ({ kind: 'switch', schema: z.boolean(), whenNew: false, ...setting });

export const number = <const Name extends Column, const Acts extends boolean>(
  setting: Without<NumberSetting<Name, Acts>, never>,
): NumberSetting<Name, Acts> => ({ kind: 'number', ...setting });

export const any = () => true;
/** Acts for people: it gets ID tokens and refresh tokens. */
export const forPeople = (type: ClientType) => type !== 'machine';
