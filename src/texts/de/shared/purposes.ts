import type { Texts } from '../../complete.ts';
import type { purposes as english } from '../../en/shared/purposes.ts';

export const purposes: Texts<typeof english> = {
  machine: 'Maschine',
  machineSentence:
    'Ein Programm, das APIs in eigenem Namen aufruft, etwa das Backend eines Dashboards oder ein nächtlicher Job.',
  web: 'Web-App',
  webSentence: 'Eine Website mit eigenem Server, bei der sich Menschen anmelden und der Server die Token behält.',
  spa: 'Single-Page-App',
  spaSentence:
    'Eine Website, die nur im Browser läuft, bei der sich Menschen anmelden und die kein Geheimnis wahren kann.',
  native: 'Native App',
  nativeSentence: 'Ein Programm auf einem Telefon oder Computer, bei dem sich Menschen über ihren Browser anmelden.',
  device: 'Gerät',
  deviceSentence:
    'Ein Programm auf etwas ohne Browser oder Tastatur, für das Menschen einen Code auf ihrem Telefon eingeben.',
};
