import type { Texts } from '../../complete.ts';
import type { signIn as english } from '../../en/people/signIn.ts';

export const signIn: Texts<typeof english> = {
  title: 'Anmelden',
  toContinue: 'um zu {app} zu gelangen',
  email: 'E-Mail-Adresse',
  password: 'Passwort',
  cancel: 'Abbrechen und zurück',
  wrong: 'E-Mail-Adresse und Passwort passen nicht zusammen. Prüfen Sie beides und versuchen Sie es noch einmal.',
  tooManyForAddress:
    'Zu viele Versuche mit dieser Adresse. Versuchen Sie es morgen wieder, oder melden Sie sich in einem Browser an, in dem Sie es schon einmal getan haben.',
  tooMany: 'Zu viele Versuche. Versuchen Sie es in {minutes, plural, one {# Minute} other {# Minuten}} wieder.',
  verified: 'Geprüft.',
  verifiedMeans: 'Der Betreiber dieses Servers hat diese App geprüft: ihren Namen, ihr Logo, und wohin sie führt.',
  unverified: 'Nicht geprüft.',
  unverifiedTeam: 'Eine App des Teams {team}, die der Betreiber dieses Servers nicht geprüft hat.',
  welcomeTitle: 'Start',
  welcome: 'Eine Anmeldung für Ihre Apps',
  welcomeLead: 'Nutzen Sie überall dasselbe Konto, und bestimmen Sie, was jede App darf.',
  forDevelopers: 'Für Entwickler',
  issuer: 'Aussteller',
  discovery: 'OpenID-Konfiguration',
  selectTitle: 'Konto wählen',
  continueAs: 'Weiter als {name}',
  another: 'Anderes Konto verwenden',
  anotherHint: 'Wenn sich jemand anders anmeldet, wird das Konto oben in diesem Browser abgemeldet.',
  noRole: 'Ihnen fehlt dafür eine Rolle',
  noRoleWhat: '{app} möchte etwas, das keine Ihrer Rollen erlaubt:',
  noRoleHint:
    'Bitten Sie die zuständige Person um eine Rolle, und beginnen Sie dann in der App von vorn. Die App hat nichts erhalten.',
  backToApp: 'Zurück zur App',
  appHasMoved: 'Die App, die Sie hierher geschickt hat, hat jetzt eine andere Adresse.',
  appIsGone: 'Die App, die Sie hierher geschickt hat, kennt dieser Server nicht mehr.',
  signOut: 'Abmelden',
  signingOut: 'Abmeldung läuft …',
  signOutOf: 'Von {brand} abmelden?',
  appSignedOut: '{app} hat Sie abgemeldet. Sie können sich auch von {brand} abmelden.',
  staysHere:
    'Die App möchte Sie an eine Adresse weiterleiten, die sie nicht registriert hat, oder wir konnten nicht erkennen, welche App es ist. Sie bleiben hier.',
  nextTime:
    'Wenn Sie sich abmelden, brauchen Sie beim nächsten Mal Ihr Passwort. Das ist sicherer an einem Computer, den Sie mit anderen teilen.',
  stay: 'Angemeldet bleiben',
  signedOut: 'Abgemeldet',
  signedOutOf: 'Von {app} abgemeldet',
  stillSignedIn: 'Bei {brand} sind Sie noch angemeldet.',
  youAreSignedOut: 'Sie sind abgemeldet',
  closePage: 'Sie können diese Seite schließen.',
};
