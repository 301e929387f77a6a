import type { Texts } from '../../complete.ts';
import type { addresses as english } from '../../en/shared/addresses.ts';

export const addresses: Texts<typeof english> = {
  spaceAround: 'beginnt oder endet mit einem Leerzeichen',
  spaceInside: 'enthält ein Leerzeichen, einen Tabulator oder ein Zeilenende',
  backslash: 'enthält einen Backslash; verwenden Sie /',
  unkept: 'enthält ein Zeichen, das nicht gespeichert werden kann',
  notAbsolute: 'ist keine absolute URI',
  onlyScheme: 'endet nach dem Schema',
  noHost: 'braucht // und einen Host nach „{scheme}“',
  credentials: 'darf weder Benutzernamen noch Passwort enthalten',
  hostDot: 'hat einen Host, der mit einem Punkt endet',
  hostNone: 'hat einen Host, der kein Hostname ist',
  portZero: 'hat den Port 0',
  percent: 'enthält ein %, das für kein Zeichen steht; schreiben Sie %25 für %',
  beyondAscii: 'enthält Zeichen außerhalb von ASCII; geben Sie sie an, wie Browser sie senden: {form}',
  readOtherwise: 'wird als andere Adresse gelesen; geben Sie sie so an: {form}',
  mustEncode: 'enthält Zeichen, die prozentkodiert sein müssen; geben Sie sie so an: {form}',
  mustBeWeb: 'muss mit https:// oder http:// beginnen',
  mustBeLink: 'muss mit https:// oder mailto: beginnen',
  nobodyToWrite: 'nennt niemanden, dem man schreiben kann',
  insecure: 'muss https verwenden; http ist nur für localhost und Loopback-Adressen erlaubt',
  fragment: 'darf kein Fragment (#…) haben',
  wildcard: 'darf keinen Platzhalter enthalten; registrieren Sie jede Adresse',
  scheme:
    'hat ein Schema, das nicht erlaubt ist; eine native App verwendet https, http auf Loopback oder ein Schema mit Punkt wie com.example.app:/callback',
  tooLong: 'ist länger als 2000 Zeichen',
  keysRule:
    'Die Adresse der Schlüssel muss mit https:// beginnen und darf weder Benutzernamen noch Passwort noch Fragment haben.',
  thisOne: 'Diese {problem}.',
};
