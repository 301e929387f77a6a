import { readFileSync } from 'node:fs';
import type { Known } from '../target.ts';

/** The apps and people that the bench will come with. */
export const known = JSON.parse(readFileSync(process.env.KNOWN_FILE ?? '', 'utf8')) as Known;
