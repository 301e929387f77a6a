import { z } from 'zod';
import { isStorable } from '../json.ts';

/** A command with all that it has read where it was typed. */
export const CommandRequest = z.object({
  // As the arguments of a process are. What is in files and on stdin is judged by who parses it.
  argv: z.array(z.string().refine(isStorable)),
  inputs: z.object({ stdin: z.string().optional(), files: z.record(z.string(), z.string()) }),
});

export const CommandResult = z.object({ code: z.int(), stdout: z.string(), stderr: z.string() });

export type CommandRequest = z.output<typeof CommandRequest>;
export type CommandResult = z.output<typeof CommandResult>;
