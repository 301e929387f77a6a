import { z } from 'zod';

/** A command with all that it has read where it was typed. */
export const CommandRequest = z.object({
  argv: z.array(z.string()),
  inputs: z.object({ stdin: z.string().optional(), files: z.record(z.string(), z.string()) }),
});

export const CommandResult = z.object({ code: z.int(), stdout: z.string(), stderr: z.string() });

export type CommandRequest = z.output<typeof CommandRequest>;
export type CommandResult = z.output<typeof CommandResult>;
