import type { RequestListener } from 'node:http';
import { createServer } from 'node:http';

/** Listens where the bench says, until it ends the process. */
export function listen(handle: RequestListener): void {
  createServer(handle).listen(Number(process.env.PORT), '127.0.0.1');
}
