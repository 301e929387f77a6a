import type { Texts } from '../../complete.ts';
import type { search as english } from '../../en/portal/search.ts';

export const search: Texts<typeof english> = {
  title: 'Suche',
  lead: 'Apps, APIs, Teams, Personen und Seiten, die Sie sehen dürfen, nach einem Teil ihres Namens.',
  field: 'Nach einer App, einer API, einem Team, einer Person oder einer Seite suchen',
  example: 'Name, Adresse oder Client-ID',
  found: 'Gefunden',
  count: '{count, plural, =0 {Nichts gefunden} one {# gefunden} other {# gefunden}}',
  more: 'Alle davon zeigen',
  nothing: 'Nichts gefunden',
  nothingHint: 'Suchen Sie nach einem Teil eines Namens, einer Adresse oder einer Client-ID.',
  pages: 'Seiten',
  people: 'Personen',
  peopleWords: 'Benutzer Konten einladen sperren deaktivieren Administrator Auditor',
  allTeams: 'Alle Teams',
  outboxWords: 'Mail E-Mail',
  auditWords: 'Log Ereignisse Verlauf',
  docsWords: 'Dokumentation Hilfe Anleitung',
  settingsWords: 'Einstellungen Zeitzone',
  brandingWords: 'Logo Name Farbe Einstellungen',
  newApp: 'Neue App',
  newApi: 'API veröffentlichen',
  newApiWords: 'neu anlegen',
  newTeam: 'Neues Team',
  approvalsWords: 'Anfragen wartend genehmigen ablehnen',
  inspectorWords: 'Token JWT dekodieren prüfen',
};
