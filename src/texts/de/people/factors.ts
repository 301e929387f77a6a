import type { Texts } from '../../complete.ts';
import type { factors as english } from '../../en/people/factors.ts';

export const factors: Texts<typeof english> = {
  title: 'Zweiter Faktor',
  lead: 'Etwas, das Sie neben Ihrem Passwort haben. Mit dem Passwort allein meldet sich dann niemand an.',
  totp: 'Authenticator-App',
  totpOn: 'eingeschaltet seit {date}',
  totpUsed: 'eingeschaltet seit {date}, zuletzt benutzt {when}',
  off: 'aus',
  setUp: 'Einrichten',
  setUpTotp: 'Authenticator-App einrichten',
  setUpTotpLead: 'Eine App auf Ihrem Telefon, die alle 30 Sekunden einen neuen Code aus sechs Ziffern zeigt.',
  scan: 'Scannen Sie dies mit der App',
  qrCode: 'QR-Code für die Authenticator-App',
  orType: 'Oder geben Sie diesen Schlüssel in die App ein',
  key: 'Schlüssel',
  code: 'Code',
  confirmHint: 'Die sechs Ziffern, die die App jetzt zeigt. Sie beweisen, dass sie eingerichtet ist.',
  turnOn: 'Einschalten',
  confirmWrong:
    'Das ist nicht der Code, den die App jetzt zeigt. Prüfen Sie die Uhr Ihres Telefons, und versuchen Sie den nächsten Code.',
  totpIsOn: 'Die Authenticator-App ist eingeschaltet. Beim Anmelden werden Sie nach einem Code gefragt.',
  remove: 'Entfernen',
  removeTotpAsk: 'Die Authenticator-App entfernen?',
  removeTotpEnds: 'Ihre Codes gelten dann nicht mehr.',
  removeEnds: 'Zum Anmelden genügt dann Ihr Passwort allein.',
  totpRemoved: 'Die Authenticator-App ist entfernt.',
  event_factor_added: 'Zweiter Faktor hinzugefügt: {factor}',
  event_factor_removed: 'Zweiter Faktor entfernt: {factor}',
  event_recovery_codes_made: 'Neue Wiederherstellungscodes erstellt',
  factorName:
    '{factor, select, totp {Authenticator-App} passkey {Passkey} recovery_code {Wiederherstellungscode} other {zweiter Faktor}}',
  secondStep: 'Noch ein Schritt',
  secondStepCode: 'Code aus Ihrer Authenticator-App',
  secondStepHint: 'Sechs Ziffern, die sich alle 30 Sekunden ändern.',
  asWhom: 'Sie melden sich als {email} an.',
  someoneElse: 'Als jemand anderes anmelden',
  codeWrong:
    'Dieser Code ist nicht richtig oder wurde schon benutzt. Warten Sie auf den nächsten, und versuchen Sie es noch einmal.',
  recoveryCodes: 'Wiederherstellungscodes',
  recoveryCodesLeft: '{left, plural, =0 {keiner mehr übrig} one {# übrig} other {# übrig}}',
  showOrMake: 'Neue erstellen',
  recoveryLead: 'Jeder meldet Sie einmal an, anstelle Ihres zweiten Faktors, wenn Sie den nicht benutzen können.',
  recoveryOnce:
    'Sie werden nur jetzt gezeigt. Drucken Sie sie aus, oder bewahren Sie sie in Ihrem Passwort-Manager auf.',
  theCodes: 'Ihre Wiederherstellungscodes',
  makeCodes: 'Neue Codes erstellen',
  madeBefore: 'Die Codes werden nicht noch einmal gezeigt. Neue ersetzen die bisherigen.',
  kept: 'Ich habe sie aufbewahrt',
  codesForNothing:
    'Wiederherstellungscodes sind für alle, die einen zweiten Faktor haben. Richten Sie zuerst einen ein.',
  useRecoveryCode: 'Stattdessen einen Wiederherstellungscode benutzen',
  useApp: 'Stattdessen die Authenticator-App benutzen',
  recoveryCode: 'Wiederherstellungscode',
  recoveryCodeHint: 'Zwölf Buchstaben und Ziffern, einer von denen, die Sie aufbewahrt haben. Er gilt einmal.',
  mail_recovery_codes_made:
    'Für Ihr Konto bei {issuer} wurden neue Wiederherstellungscodes erstellt: {moment}. Die bisherigen gelten nicht mehr.',
  mail_recovery_code_used:
    'Mit einem Wiederherstellungscode hat sich jemand bei Ihrem Konto bei {issuer} angemeldet: {moment}.',
  mailCodesLeft:
    '{left, plural, =0 {Es ist keiner mehr übrig: Erstellen Sie neue.} one {# Code ist übrig.} other {# Codes sind übrig.}}',
  mailSubject: 'Ihre Anmeldung bei {brand} hat sich geändert',
  mail_totp_added: 'Für Ihr Konto bei {issuer} wurde eine Authenticator-App eingerichtet: {moment}.',
  mail_totp_removed: 'Die Authenticator-App Ihres Kontos bei {issuer} wurde entfernt: {moment}.',
};
