import hljs from 'highlight.js/lib/core';
import bash from 'highlight.js/lib/languages/bash';
import csharp from 'highlight.js/lib/languages/csharp';
import go from 'highlight.js/lib/languages/go';
import http from 'highlight.js/lib/languages/http';
import ini from 'highlight.js/lib/languages/ini';
import java from 'highlight.js/lib/languages/java';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import kotlin from 'highlight.js/lib/languages/kotlin';
import nginx from 'highlight.js/lib/languages/nginx';
import php from 'highlight.js/lib/languages/php';
import python from 'highlight.js/lib/languages/python';
import ruby from 'highlight.js/lib/languages/ruby';
import swift from 'highlight.js/lib/languages/swift';
import yaml from 'highlight.js/lib/languages/yaml';
import { showUnseenInText } from '../names/names.ts';

const languages = {
  bash,
  csharp,
  go,
  http,
  ini,
  java,
  javascript,
  json,
  kotlin,
  nginx,
  php,
  python,
  ruby,
  swift,
  yaml,
};

/** What code in a page may be written in. */
export type Language = keyof typeof languages;

for (const [name, language] of Object.entries(languages)) hljs.registerLanguage(name, language);

/** Code as HTML with a class for each kind of word. Everything in it is escaped. */
export function highlight(code: string, language: Language): string {
  return hljs.highlight(showUnseenInText(code), { language, ignoreIllegals: true }).value;
}
