import hljs from 'highlight.js/lib/core';
import bash from 'highlight.js/lib/languages/bash';
import go from 'highlight.js/lib/languages/go';
import http from 'highlight.js/lib/languages/http';
import ini from 'highlight.js/lib/languages/ini';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import python from 'highlight.js/lib/languages/python';
import { showUnseenInText } from '../names/names.ts';

const languages = { bash, go, http, ini, javascript, json, python };

/** What code in a page may be written in. */
export type Language = keyof typeof languages;

for (const [name, language] of Object.entries(languages)) hljs.registerLanguage(name, language);

/** Code as HTML with a class for each kind of word. Everything in it is escaped. */
export function highlight(code: string, language: Language): string {
  return hljs.highlight(showUnseenInText(code), { language, ignoreIllegals: true }).value;
}
