import { readFileSync } from 'node:fs';
import { ConfigError } from './values.ts';
import { type VariableName, variables } from './variables.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads every variable at once, so that none escapes because nobody asks for it in this set-up.
 * @throws {ConfigError}
 */
export function readVariables(env: Environment): (name: VariableName) => string | undefined {
  const names = Object.keys(variables) as VariableName[];
  const values = new Map(names.map((name) => [name, readVariable(env, name)]));
  return (name) => values.get(name);
}

/**
 * The value of a variable, or of the file that NAME_FILE names; undefined when neither is set. Set and empty is an
 * error: that is what a secret that was not filled in looks like, and a default in its place would go unnoticed.
 * @throws {ConfigError}
 */
function readVariable(env: Environment, name: VariableName): string | undefined {
  const [value, file] = [env[name], env[`${name}_FILE`]];
  if (file !== undefined && !('secret' in variables[name])) {
    throw new ConfigError(`${name}_FILE`, `is not read; set ${name} itself`);
  }
  if (value !== undefined && file !== undefined) {
    throw new ConfigError(name, `is set twice; use either ${name} or ${name}_FILE`);
  }
  if (value !== undefined) return requireContent(value, name, 'is set, but empty; give it a value, or do not set it');
  if (file === undefined) return undefined;
  const path = requireContent(file, `${name}_FILE`, 'is set, but empty; give it the path of a file, or do not set it');
  return requireContent(
    readSecret(path, name),
    `${name}_FILE`,
    `names an empty file: ${path}; write the value into it`,
  );
}

function requireContent(text: string, name: string, problem: string): string {
  const content = text.trim();
  if (content === '') throw new ConfigError(name, problem);
  return content;
}

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist',
  // Docker makes a folder of a secret's file that is missing.
  EISDIR: 'is a folder, where a file was to be',
  EACCES: 'is not readable for the account of this process',
};

function readSecret(path: string, name: VariableName): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new ConfigError(
      `${name}_FILE`,
      `cannot be read: ${path} ${UNREADABLE[code] ?? `gave ${code}`}; check the path and its permissions`,
    );
  }
}
