/** What was looked at: a value, or why there is none. */
export type Look<T> = () => T;

/** Examines one thing. When that fails, only rules that read the value get the failure. */
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
