import type { Texts } from '../../complete.ts';
import type { forms as english } from '../../en/shared/forms.ts';

export const forms: Texts<typeof english> = {
  cameBack: 'Ihre Sitzung war abgelaufen. Ihre Eingaben sind wieder da; prüfen Sie sie und speichern Sie.',
  typeToConfirm: 'Geben Sie zur Bestätigung „{name}“ ein',
  typedOther: 'Das stimmt nicht überein. Geben Sie „{name}“ so ein, wie es oben steht.',
  overtakenApp:
    'Jemand anderes hat diese App geändert, seit Sie die Seite geöffnet haben. Es wurde noch nichts gespeichert.',
  overtakenApi:
    'Jemand anderes hat diese API geändert, seit Sie die Seite geöffnet haben. Es wurde noch nichts gespeichert.',
  compareAndSave: 'Ihre Eingaben stehen unten: Vergleichen Sie sie und speichern Sie noch einmal, damit sie gelten.',
  noDifference: 'Gespeichert ist jetzt dasselbe wie das, was Sie eingegeben haben.',
  differences: 'Das ist jetzt anders gespeichert: {list}.',
  difference: '{label}: {value}',
  differenceValue: '„{value}“',
  differenceNothing: 'nichts',
  addScope: 'Scope hinzufügen',
  missing: 'Füllen Sie dieses Feld aus.',
  wrongKind: 'Das gehört nicht hierher.',
  tooLong: 'Das hat mehr als {most} Zeichen.',
  tooShort: 'Hier sind mindestens {least} Zeichen nötig.',
  tooMany: 'Das sind mehr als {most}.',
  tooFew: 'Geben Sie mindestens {least} an.',
  tooLarge: 'Die Zahl ist höchstens {most}.',
  tooSmall: 'Die Zahl ist mindestens {least}.',
  badForm: 'Das hat nicht die nötige Form.',
  notAnOption: 'Wählen Sie eines davon: {options}.',
  unknownFields: 'Dieses Formular hat kein Feld {names}.',
};
