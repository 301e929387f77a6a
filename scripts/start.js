// What `npm start` runs. The folder is named here and not by NODE_COMPILE_CACHE, which shells set in different ways. This is
// JavaScript because the tool that strips types takes memory: what was compiled once does without it.
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

enableCompileCache(join(import.meta.dirname, '..', 'node_modules', '.cache', 'node'));
await import('../src/main.ts');
