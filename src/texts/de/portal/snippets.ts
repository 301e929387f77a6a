import type { Texts } from '../../complete.ts';
import type { snippets as english } from '../../en/portal/snippets.ts';

export const snippets: Texts<typeof english> = {
  adviceClient:
    'Das Secret ist falsch oder abgelaufen, oder die App ist angehalten. Fügen Sie ein Secret hinzu, oder starten Sie die App wieder.',
  adviceTarget:
    'Die App darf diese API noch nicht verwenden. Wählen Sie eine API, und warten Sie, wo es nötig ist, auf deren Besitzer.',
  adviceScope: 'Die App darf diesen Scope der API nicht haben. Bitten Sie den Besitzer darum.',
  adviceWait: 'Warten Sie ein paar Minuten, und versuchen Sie es dann noch einmal.',
  adviceOther: 'Versuchen Sie es noch einmal. Wenn es dabei bleibt, sagen Sie es dem Betreiber.',
  consoleProject: 'Als {file} in einem Konsolenprojekt speichern, dann: {command}.',
  env: 'Nicht in die Versionsverwaltung aufnehmen. Die Beispiele darunter lesen es.',
  getToken: 'Token holen',
  getTokenHow: 'Mit der Client-ID und einem Secret Ihrer App. Die Seite der App zeigt es in weiteren Sprachen.',
  installThenSave: '{first}, dies als {file} speichern, dann: {command}',
  keyMadeHere: 'Für einen Schlüssel, der auf dieser Seite erzeugt wurde.',
  keySaved:
    '{file} ist gespeichert. Halten Sie die Datei geheim. Der öffentliche Schlüssel steht unten: Speichern Sie das Formular, damit er gilt.',
  loadAsModule: '{first}, und dies als Modul Ihrer Seite laden, unter jeder Adresse, die sie hat.',
  madeBy: 'Die Datei wird aus dem Repository von Latchkey erzeugt: {command}.',
  makeKey: 'Hier einen Schlüssel erzeugen',
  makeKeyHint:
    'Erzeugt ein Schlüsselpaar in diesem Browser: Der private Schlüssel wird als Datei gespeichert, und nur der öffentliche wird gesendet.',
  notRun: 'Von unseren Tests nicht ausgeführt.',
  paste: 'In ein Terminal einfügen.',
  pasteBoth: 'Den ersten Befehl in ein Terminal einfügen, und den zweiten mit dem Code aus dessen Antwort.',
  pythonLater:
    'Von einem Widerruf erfährt es, wenn das Token abläuft, und es sagt nicht, für welche API es Schlüssel holt.',
  runThenSave: '{first}; dies als {file} speichern, dann: {command}',
  saveAndRegister: '{first}; dies als {file} speichern, und {address} als Redirect-URI eintragen.',
  saveAs: 'Als {file} speichern, dann: {command}',
  spring: 'Mit {name}, in {file}. {address} als Redirect-URI eintragen.',
  withPackage: 'Mit {name}.',
  withSwift: 'Mit dem Swift-Paket AppAuth.',
  works: 'Dieses Token gilt für {span}.',
  worksAndAllows: 'Dieses Token gilt für {span} und erlaubt {scope}.',
};
