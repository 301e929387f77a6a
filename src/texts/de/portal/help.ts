import type { Texts } from '../../complete.ts';
import type { help as english } from '../../en/portal/help.ts';

export const help: Texts<typeof english> = {
  title: 'Dokumentation',
  docs: 'Dokumentation',
  reference: 'API-Referenz',
  areas: 'Hilfe',
  pages: 'Seiten',
  onThisPage: 'Auf dieser Seite',
  portal: 'Zum Portal',
  search: 'In der Dokumentation suchen',
  resources: 'Ressourcen',
  searchReference: 'Operationen suchen',
  found: '{count, plural, =0 {Nichts gefunden.} =20 {Die 20 besten Stellen} one {# Stelle} other {# Stellen}}',
  none: 'Nichts gefunden',
  noneHint:
    'Versuchen Sie es mit weniger oder anderen Wörtern. Die Dokumentation ist auf Englisch. Steht nichts im Feld, sind hier alle Seiten aufgeführt.',
  everybody: 'Für alle',
  developers: 'Wer Apps entwickelt',
  owners: 'Wer APIs veröffentlicht',
  operators: 'Für den Betrieb',
  contributors: 'Wer mitentwickelt',
};
