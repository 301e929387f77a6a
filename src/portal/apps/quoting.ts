/** In single quotes, for a shell and for those who read .env files. */
export const quoted = (value: string) => `'${value.replaceAll("'", `'\\''`)}'`;
