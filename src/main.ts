import { ConfigError, readConfig } from './config.ts';
import { DataDirInUse } from './db/connection.ts';
import { startServer } from './start.ts';
import { welcome } from './welcome.ts';

try {
  const running = await startServer(readConfig(process.env));
  process.stdout.write(`${welcome(running.config, running.demo)}\n`);

  const stop = (signal: NodeJS.Signals) => {
    process.removeAllListeners('SIGINT').removeAllListeners('SIGTERM');
    running.log.info({ signal }, 'stopping');
    running.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        running.log.fatal({ err: error }, 'could not stop cleanly');
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
} catch (error) {
  const expected = error instanceof ConfigError || error instanceof DataDirInUse;
  process.stderr.write(`latchkey cannot start. ${expected ? error.message : explain(error)}\n`);
  process.exit(1);
}

/** Errors of the operating system, the database or the keys, in one line where that says enough. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && error.code === 'EADDRINUSE')
    return 'PORT: is taken by another program; set PORT to a free one';
  if (['MissingMasterKey', 'WrongMasterKey', 'MissingSigner'].includes(error.name)) return error.message;
  if (error.name === 'SignerUnavailable') return `SIGNER: ${error.message}; start it first, and check the path`;
  const causes = error instanceof AggregateError ? (error.errors as Error[]) : [error];
  if (causes.some((cause) => 'syscall' in cause && cause.syscall === 'connect')) {
    const words = causes.map((cause) => cause.message).join('; ');
    return `DATABASE_URL: cannot be reached (${words}); check the address and that PostgreSQL runs`;
  }
  if ('code' in error && error.code === 'EADDRNOTAVAIL')
    return 'HOST: is not an address of this machine; use localhost or 0.0.0.0';
  return error.stack ?? error.message;
}
