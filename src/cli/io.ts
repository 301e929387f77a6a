import type { Environment } from '../config.ts';

/** What a command reads and writes: the streams of this process, or those of a command that was handed over. */
export interface Io {
  readStdin(): Promise<string>;
  readFile(path: string): Promise<string>;
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
    async readFile(path) {
      files[path] ??= await io.readFile(path);
      return files[path];
    },
    inputs: () => ({ stdin, files }),
  };
}
