#!/usr/bin/env node
// JavaScript, so that a Node.js that is too old says so in one line. npx puts the one that `npm ci` has brought first.
const [major, minor] = process.versions.node.split('.').map(Number);

if (major > 24 || (major === 24 && minor >= 15)) {
  await import('../src/cli/latchkey.ts');
} else {
  console.error(
    `error: Latchkey needs Node.js 24.15 or newer, and this is ${process.versions.node}; run "npm ci", or install a newer Node.js`,
  );
  process.exitCode = 1;
}
