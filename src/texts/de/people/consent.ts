import type { Texts } from '../../complete.ts';
import type { consent as english } from '../../en/people/consent.ts';

export const consent: Texts<typeof english> = {
  title: 'Zugriff erlauben',
  asks: '{app} bittet um Zugriff',
  changed:
    'Was erbeten wird, hat sich geändert, seit Sie diese Seite geöffnet haben. Darum wurde nichts erlaubt. Sehen Sie es sich noch einmal an.',
  can: 'Wenn Sie zustimmen, kann die App:',
  canIfTicked: 'Wenn Sie zustimmen, kann die App, was einen Haken hat, und vom Übrigen, was Sie ankreuzen:',
  ifTicked: 'Nur, wenn Sie es auf einer späteren Seite ankreuzen.',
  leftAllOut:
    'Nichts ist angekreuzt, also gibt es nichts zu erlauben. Kreuzen Sie an, was die App darf, oder gehen Sie zurück.',
  new: 'Neu.',
  earlier: 'Dem haben Sie früher zugestimmt, und dabei bleibt es:',
  beyond: 'Nicht:',
  beyondMore: '{count, plural, one {und eines mehr} other {und # mehr}}',
  lastsHere: 'Während Sie die App benutzen und hier angemeldet sind, bekommt sie Zugriff für jeweils {span}.',
  lastsAway:
    'Die App behält diesen Zugriff höchstens {most, plural, one {# Tag} other {# Tage}}, und {idle, plural, one {# Tag} other {# Tage}}, nachdem sie ihn zuletzt benutzt hat. Dann melden Sie sich wieder an.',
  lastsIfTicked:
    'Wenn Sie das ankreuzen, behält sie diesen Zugriff, während Sie weg sind, höchstens {most, plural, one {# Tag} other {# Tage}}, und {idle, plural, one {# Tag} other {# Tage}}, nachdem sie ihn zuletzt benutzt hat.',
  askedOnce: 'Sie werden erst wieder gefragt, wenn sie mehr will.',
  askedEachTime: 'Sie werden jedes Mal gefragt, wenn Sie sich bei ihr anmelden.',
  endIt: 'Sie können es jederzeit beenden: in Ihrem Konto unter {apps}.',
  nothing: 'Wenn Sie zustimmen, erfährt die App, dass Sie hier ein Konto haben, und sonst nichts.',
  away: 'Auch während Sie weg sind.',
  awayMeans: 'Die App behält diesen Zugriff, auch wenn Sie sie nicht benutzen.',
  no: 'Nein, zurück',
  allow: 'Erlauben',
  returnTo: 'In beiden Fällen kehren Sie zu {place} zurück.',
  inClear: 'Ohne https.',
  inClearMeans:
    'Auf dem Weg zu dieser App können andere im Netz lesen, was Sie und die App austauschen. Ihr Betreiber erlaubt das für Rechner Ihres eigenen Netzes.',
  toDevice: 'In beiden Fällen erfährt Ihr Gerät, was Sie entscheiden.',
  ofTeam: 'des Teams {team}',
  account: 'Ihr Konto',
  openid: 'Wissen, wer Sie sind',
  openidMeans: 'Die App erkennt Sie wieder, wenn Sie zurückkommen.',
  profile: 'Ihr Profil sehen',
  profileMeans: 'Ihren Namen und was Ihr Profil hier sonst sagt: Benutzername, Bild, Sprache und Zeitzone.',
  email: 'Ihre E-Mail-Adresse sehen',
  emailMeans: 'Und ob sie bestätigt ist.',
  groups: 'Ihre Gruppen sehen',
  groupsMeans: 'Die Namen der Gruppen, in denen Sie sind. Die App kann danach entscheiden, was Sie dort dürfen.',
};
