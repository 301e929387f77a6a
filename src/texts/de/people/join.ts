import type { Texts } from '../../complete.ts';
import type { join as english } from '../../en/people/join.ts';

export const join: Texts<typeof english> = {
  account: 'Ihr Konto',
  makeAccount: 'Sie sind eingeladen, {what}. Legen Sie zuerst ein Konto an: Die Adresse gehört Ihnen schon.',
  name: 'Ihr Name',
  passwordHint: 'Mindestens 15 Zeichen; ein paar Wörter sind ein gutes Passwort.',
  create: 'Konto anlegen',
  accept: 'Einladung annehmen',
  codeLead: 'Der Code steht in der E-Mail, die Sie erhalten haben. Der Link darin trägt ihn von selbst ein.',
  code: 'Code',
  askForNew: 'Bitten Sie die Person, die Sie eingeladen hat, um einen neuen.',
  continue: 'Weiter',
  unknown: 'Dieser Code gilt nicht. Vielleicht wurde er benutzt oder zurückgezogen, oder er ist älter als sieben Tage.',
  ready: 'Ihr Konto ist bereit',
  readyLead: 'Melden Sie sich mit Ihrer E-Mail-Adresse und dem Passwort an, das Sie gerade gewählt haben.',
  signIn: 'Anmelden',
  signInToAccept: 'Zum Annehmen anmelden',
  hasAccount: 'Sie sind eingeladen, {what}. Die Einladung gilt für {email}; dazu gibt es hier ein Konto.',
  signedInAs: 'Sie sind angemeldet als {email}. {signOut}, und melden Sie sich dann mit der anderen Adresse an.',
  signOutThere: 'Melden Sie sich dort zuerst ab',
  waits:
    'Melden Sie sich mit dieser Adresse an. Die Einladung wartet auf der Seite Ihrer Teams; dort genügt ein Klick.',
  toTeam: 'dem Team {team} beizutreten ({role, select, owner {Besitzer} developer {Entwickler} other {Betrachter}})',
  toAccount: 'ein Konto zu eröffnen',
};
