import type { Texts } from '../../complete.ts';
import type { parts as english } from '../../en/shared/parts.ts';

export const parts: Texts<typeof english> = {
  calls: 'Aufrufe',
  failed: 'fehlgeschlagen',
  timesOf: 'Zeiten von {zone}.',
  timesBetween:
    'Zeiten von {zone}. Aufrufe werden nach Stunden von UTC gezählt; eine, in die Mitternacht fällt, gehört zu dem Tag, an dem sie beginnt.',
  asTable: 'Als Tabelle',
  time: 'Zeit',
  callsHead: 'Aufrufe',
  failedHead: 'Fehlgeschlagen',
  copy: 'Kopieren',
  copied: 'Kopiert.',
  thisCode: 'diesen Text',
  cancel: 'Abbrechen',
  whereThisIs: 'Wo Sie sind',
  optional: 'optional',
  lookAgain: 'Etwas davon stimmt noch nicht: siehe die Felder unten. Noch ist nichts gespeichert.',
  search: 'Suchen',
  pages: 'Seiten',
  firstPage: 'Erste Seite',
  nextPage: 'Nächste Seite',
  youAre: 'Sie sind angemeldet als',
  reason: 'Grund',
  show: 'Anzeigen',
  hide: 'Verbergen',
  showPassword: 'Passwort anzeigen',
  hidePassword: 'Passwort verbergen',
  shareUnder: 'unter {share} %',
  barTitle: '{name}: {calls, plural, one {# Aufruf} other {# Aufrufe}}, {failures, number} fehlgeschlagen',
  noCalls: 'Keine Aufrufe.',
  chartWords:
    '{calls, plural, one {# Aufruf} other {# Aufrufe}}, davon {failures, number} fehlgeschlagen ({share}). Der höchste Balken, von {name}, hat {most, number}.',
};
