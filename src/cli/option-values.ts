import { InvalidArgumentError, Option } from 'commander';

/** For an option that may be given several times. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** For an option that may be given several times, or once with several values between spaces. */
export function collectWords(value: string, before: readonly string[] = []): string[] {
  return [...before, ...value.split(/\s+/).filter(Boolean)];
}

/** A whole number; its range is for the action's schema to judge. */
export function wholeNumber(value: string): number {
  if (!/^-?\d{1,9}$/.test(value)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(value);
}

/** An option with a few possible values. */
export function choice(flags: string, description: string, values: readonly string[]): Option {
  return new Option(flags, description).choices(values);
}

/** A value that an empty one takes away. */
export const orNone = (value: string | undefined) => (value === '' ? null : value);

/** A list that one empty value empties. */
export const orEmpty = (values: readonly string[] | undefined) =>
  values?.length === 1 && values[0] === '' ? [] : values && [...values];

/** The members that are not undefined, for what is left out to stay as it is. */
export function given<T extends object>(members: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [Name in keyof T]?: Exclude<T[Name], undefined>;
  };
}
