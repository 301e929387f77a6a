/**
 * The real server, in which something goes wrong that none of its own code looks after, when it is told to by a signal:
 * a promise is rejected (SIGUSR2), or something is thrown (SIGWINCH). It starts src/main.ts, as failpoint-server.ts does.
 */
process.on('SIGUSR2', () => {
  void Promise.reject(new Error('a rejection of the test'));
});
process.on('SIGWINCH', () => {
  throw new Error('an exception of the test');
});

await import('../../src/main.ts');
