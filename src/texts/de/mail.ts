import type { Texts } from '../complete.ts';
import type { mail as english } from '../en/mail.ts';

export const mail: Texts<typeof english> = {
  invitedAccount: 'Sie sind eingeladen, ein Konto bei {issuer} zu eröffnen.',
  invitedTeam:
    'Sie sind eingeladen, dem Team „{team}“ bei {issuer} beizutreten ({role, select, owner {Besitzer} developer {Entwickler} other {Betrachter}}).',
  invitedSomeTeam:
    'Sie sind eingeladen, einem Team bei {issuer} beizutreten ({role, select, owner {Besitzer} developer {Entwickler} other {Betrachter}}).',
  openToAccept: 'Öffnen Sie diese Adresse, um anzunehmen:',
  orEnterCode: 'Wenn das nicht geht, öffnen Sie {address} und geben diesen Code ein:',
  invitationEnds: 'Die Einladung gilt für {email} und endet am {moment}.',
  notExpected: 'Wenn Sie sie nicht erwartet haben, müssen Sie nichts tun.',
  accountSubject: 'Ihr Konto bei {brand}',
  someTeamSubject: 'Treten Sie einem Team bei {brand} bei',
  teamSubject: 'Treten Sie dem Team {team} bei {brand} bei',
  asksSubject: '{app} bittet um Zugriff auf {api}',
  asks: 'Die App {app} bittet um Zugriff auf Ihre API {api} ({identifier}).',
  asksFor: 'Sie bittet um: {scopes}',
  asksForTokens: 'Die API hat keine Scopes; es geht darum, ob sie überhaupt Token erhält.',
  reasonGiven: 'Als Grund wird genannt:',
  decideHere: 'Hier können Sie zustimmen oder ablehnen:',
  deniedSubject: '{api}: Zugriff abgelehnt',
  partlySubject: '{api}: Zugriff zum Teil gewährt',
  approvedSubject: '{api}: Zugriff gewährt',
  youAsked: 'Sie haben für die App {app} um Zugriff auf {api} ({identifier}) gebeten.',
  approved: 'Gewährt und ab jetzt nutzbar: {scopes}',
  refused: 'Nicht gewährt: {scopes}',
  ownerSays: 'Der Besitzer der API schreibt:',
  suspended: 'Der Zugriff Ihrer App {app} auf {api} ({identifier}) wurde ausgesetzt.',
  cancelled: 'Der Zugriff Ihrer App {app} auf {api} ({identifier}) wurde beendet.',
  noTokens: 'Sie erhält keine Token mehr dafür, und die vorhandenen werden abgelehnt.',
  suspendedSubject: '{api}: Zugriff von {app} ausgesetzt',
  cancelledSubject: '{api}: Zugriff von {app} beendet',
  appAndApis: 'Die App und ihre APIs:',
};
