import type { Environment } from '../config.ts';

/** What is asked for, such as “Password”. One that is new is asked for twice, since nobody sees a typing error. */
export interface SecretQuestion {
  readonly what: string;
  readonly isNew: boolean;
}

/** What a command reads and writes: the streams of this process, or those of a command that was handed over. */
export interface Io {
  readStdin(): Promise<string>;
  /** Asks for a secret at the terminal, which does not show it. Only where stdin is a terminal. */
  readonly askSecret?: ((question: SecretQuestion) => Promise<string>) | undefined;
  readFile(path: string): Promise<string>;
  /** A file that is no text, in base64. */
  readBytes(path: string): Promise<string>;
  stdout(text: string): void;
  stderr(text: string): void;
  /** The environment where it was typed. */
  readonly env: Environment;
  /** Whether stdout is a terminal that shows colours. */
  readonly colours: boolean;
  /** For commands that ask again and again. */
  wait(milliseconds: number): Promise<void>;
}

/** What a command has read so far; enough to run it again elsewhere. */
export interface Inputs {
  readonly stdin?: string | undefined;
  readonly files: Readonly<Record<string, string>>;
}

/** Remembers everything that is read, since stdin can be read once and a path means something here only. */
export function rememberInputs(io: Io): Io & { inputs(): Inputs } {
  let stdin: string | undefined;
  const files: Record<string, string> = {};
  return {
    ...io,
    async readStdin() {
      stdin ??= await io.readStdin();
      return stdin;
    },
    askSecret:
      io.askSecret &&
      (async (question) => {
        stdin ??= await io.askSecret?.(question);
        return stdin ?? '';
      }),
    async readFile(path) {
      files[path] ??= await io.readFile(path);
      return files[path];
    },
    async readBytes(path) {
      files[path] ??= await io.readBytes(path);
      return files[path];
    },
    inputs: () => ({ stdin, files }),
  };
}

/** A secret, typed at the terminal or else all of stdin. The line end belongs to `echo`, not to the secret. */
export async function readSecret(io: Io, question: SecretQuestion): Promise<string> {
  const typed = await (io.askSecret ? io.askSecret(question) : io.readStdin());
  return typed.replace(/\r?\n$/, '');
}
