import type { Texts } from '../../complete.ts';
import type { health as english } from '../../en/operator/health.ts';

export const health: Texts<typeof english> = {
  tab: 'Zustand',
  title: 'Zustand',
  lead: 'Was in Einstellungen und Datenbank unsicher ist oder aufgeräumt werden sollte, wie der Befehl „doctor“ es findet. Nachsehen ändert nichts.',
  tooLong: 'Das Nachsehen dauerte zu lange. Versuchen Sie es noch einmal oder rufen Sie npx latchkey doctor auf.',
  allWell: 'Es wurde nichts gefunden.',
  found:
    '{errors, plural, one {# Fehler} other {# Fehler}}, {warnings, plural, one {# Warnung} other {# Warnungen}}, {notes, plural, one {# Hinweis} other {# Hinweise}}.',
  error: 'Fehler',
  warning: 'Warnung',
  note: 'Hinweis',
  more: '… und {count} weitere. npx latchkey doctor --json zeigt alle.',
  fix: 'Was hilft:',
  open: 'Zur Seite',
  again: 'Noch einmal nachsehen',
};
