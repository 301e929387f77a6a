/** What is made from the table of settings, typed: a name is that of the action's input, `requirePar`. */
import { z } from 'zod';
import type { Client } from '../../db/tables/catalogue.ts';
import { snakeNames, toSnake } from '../../json-names.ts';
import { SETTINGS } from './table.ts';

type Table = typeof SETTINGS;
export type SettingName = keyof Table;
export type Setting = Table[SettingName];
export type Settings = { -readonly [Name in SettingName]: z.output<Table[Name]['schema']> };

type Columns = { -readonly [Name in SettingName as Table[Name]['column']]: Settings[Name] };

/** In the order in which people are shown them. */
export const settings = Object.entries(SETTINGS) as [SettingName, Setting][];

/** The same object with another value in each place. */
const each = <Made>(make: (setting: Setting, name: SettingName) => unknown) =>
  Object.fromEntries(settings.map(([name, setting]) => [name, make(setting, name)])) as Made;

/** Schemas of what is given. */
export const settingSchemas = each<{ [Name in SettingName]: Table[Name]['schema'] }>(({ schema }) => schema);

/** The same with what a new app has when nothing is said. */
export const newSettingSchemas = each<{ [Name in SettingName]: z.ZodDefault<Table[Name]['schema']> }>(
  ({ schema, whenNew }) => (schema as z.ZodType).default(whenNew),
);

/** Schemas of what a configuration file says. */
export const writtenSettingSchemas = each<{ [Name in SettingName]: z.ZodOptional<Table[Name]['schema']> }>(
  ({ schema, whenNew, inVersion1 }) =>
    inVersion1 === undefined
      ? (schema as z.ZodType).default(whenNew)
      : schema.optional().describe(`Left out: ${whenNew}; ${inVersion1} where the file is version 1`),
);

const SHOWN = {
  text: ({ schema }: Setting) => (schema.safeParse(null).success ? z.string().nullable() : z.string()),
  list: () => z.array(z.string()),
  choice: ({ schema }: Setting) => schema,
  switch: () => z.boolean(),
  number: () => z.int(),
};

/** Schemas of what is shown: without the bounds of what is given. */
export const shownSettingSchemas = snakeNames(
  each<{ [Name in SettingName]: z.ZodType<Settings[Name], Settings[Name]> }>((setting) => SHOWN[setting.kind](setting)),
);

/** The settings of a row. */
export const settingsOf = (row: Pick<Client, Setting['column']>) => each<Settings>(({ column }) => row[column]);

/** The same by the names that JSON and files have. */
export const presentSettings = (row: Pick<Client, Setting['column']>) => snakeNames(settingsOf(row));

type Presented = ReturnType<typeof presentSettings>;

/** Those names. */
export const settingMembers = settings.map(([name]) => toSnake(name)) as (keyof Presented & string)[];

/** Back from what JSON or a file has. */
export const readPresented = (presented: Presented) =>
  each<Settings>((_setting, name) => presented[toSnake(name) as keyof Presented]);

/** The columns of what is given; what is left out stays as it is. */
export function columnsOf(given: Settings): Columns;
export function columnsOf(given: { [Name in SettingName]?: Settings[Name] | undefined }): Partial<Columns>;
export function columnsOf(given: { [Name in SettingName]?: unknown }): unknown {
  const said = settings.filter(([name]) => given[name] !== undefined);
  return Object.fromEntries(
    said.map(([name, { kind, column }]) => [column, kind === 'list' ? distinct(given[name]) : given[name]]),
  );
}

/** What is given that only who looks after the platform may set, where it is not as it was. Of a new app that is its default. */
export function platformSettings(
  given: { readonly [Name in SettingName]?: unknown },
  before?: Pick<Client, Setting['column']>,
): SettingName[] {
  const changed = settings.filter(([name, setting]) => {
    const value = before ? before[setting.column] : setting.whenNew;
    return 'by' in setting && given[name] !== undefined && given[name] !== value;
  });
  return changed.map(([name]) => name);
}

const distinct = (values: unknown) => [...new Set(values as string[])];

export type WrittenSettings = { [Name in keyof Presented]?: Presented[Name] | undefined };

/** The settings of a file, with what its version says of those that are left out. */
export const completeSettings = (written: WrittenSettings, version: 1 | 2) =>
  snakeNames(
    each<Settings>(({ whenNew, inVersion1 = whenNew }, name) => {
      const said = written[toSnake(name) as keyof Presented];
      if (said !== undefined) return said;
      return version === 1 ? inVersion1 : whenNew;
    }),
  );

type Acting = { [Name in SettingName]: Table[Name]['acts'] extends true ? Table[Name]['column'] : never }[SettingName];

/** The columns that the protocol reads. */
export const ACTING_COLUMNS = settings.flatMap(([, { acts, column }]) => (acts ? [column] : [])) as Acting[];
