/** What was looked at: a value, or why there is none. */
export type Look<T> = () => T;

/** Looks at one thing; when that fails, whoever asks for the value gets the failure, and nobody else. */
export async function look<T>(at: () => Promise<T>): Promise<Look<T>> {
  try {
    const value = await at();
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

/** An object whose fields are what was looked at; reading one that failed throws. */
export function apart<T extends object>(looks: { readonly [Field in keyof T]: Look<T[Field]> }): T {
  const fields = Object.entries(looks).map(([name, get]) => [name, { get, enumerable: true }]);
  return Object.defineProperties({}, Object.fromEntries(fields)) as T;
}
