import { ar } from './ar/index.ts';
import { de } from './de/index.ts';
import { en } from './en/index.ts';
import type { Language } from './languages.ts';

type Areas = Readonly<Record<string, Readonly<Record<string, string>>>>;

export const CATALOGUES: Readonly<Record<Language, Areas>> = { en, de, ar };
