import type { Texts } from '../../complete.ts';
import type { device as english } from '../../en/people/device.ts';

export const device: Texts<typeof english> = {
  title: 'Gerät verbinden',
  enterCode: 'Geben Sie den Code ein, den Ihr Gerät anzeigt.',
  code: 'Code',
  codeHint: 'Neun Buchstaben. Groß- und Kleinschreibung und Striche sind egal.',
  continue: 'Weiter',
  connect: '{app} verbinden?',
  changed:
    'Was die App möchte, hat sich geändert, seit Sie diese Seite geöffnet haben. Darum wurde nichts verbunden. Sehen Sie es sich noch einmal an.',
  mustShow: 'Ihr Gerät muss diesen Code anzeigen:',
  goOnOnlyIf: 'Fahren Sie nur fort, wenn Sie das begonnen haben',
  goOnOnlyIfMeans:
    '{only}, auf einem Gerät, das Ihnen gehört. Hat Ihnen jemand einen Link oder diesen Code geschickt? Dann lehnen Sie ab: Diese Person käme sonst in Ihr Konto.',
  can: 'Die App auf diesem Gerät kann dann:',
  nothing: 'Die App auf diesem Gerät erfährt dann, dass Sie hier ein Konto haben, und sonst nichts.',
  deny: 'Ablehnen',
  nothingConnected: 'Es wurde nichts verbunden',
  isTold: 'Das Gerät erfährt es. Sie können diese Seite schließen.',
  nothingGiven: 'Hat Ihnen jemand den Code geschickt? Es wurde nichts von Ihnen preisgegeben.',
  connectedTitle: 'Gerät verbunden',
  connected: '{app} ist verbunden',
  goBack:
    'Kehren Sie zu Ihrem Gerät zurück: Es geht dort in wenigen Sekunden weiter. Sie können diese Seite schließen.',
  unknown: 'Kein Gerät wartet mit diesem Code. Prüfen Sie ihn und versuchen Sie es noch einmal.',
  expired: 'Dieser Code ist abgelaufen. Holen Sie auf Ihrem Gerät einen neuen, und geben Sie ihn hier ein.',
  used: 'Dieser Code wurde schon eingegeben und ist verbraucht. Holen Sie auf Ihrem Gerät einen neuen, und geben Sie ihn hier ein.',
  noSession:
    'Diese Anmeldung ist abgelaufen oder wurde in einem anderen Browser begonnen. Holen Sie auf Ihrem Gerät einen neuen Code, und geben Sie ihn hier ein.',
  answered:
    'Die App kann nicht verbunden werden. Ihr Gerät erfährt es. Holen Sie auf Ihrem Gerät einen neuen Code, und geben Sie ihn hier ein.',
  formExpired: 'Dieses Formular ist abgelaufen. Geben Sie den Code noch einmal ein.',
  tooMany: 'Zu viele falsche Codes. Versuchen Sie es in {minutes, plural, one {# Minute} other {# Minuten}} wieder.',
};
