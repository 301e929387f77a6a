import type { Texts } from '../../complete.ts';
import type { settings as english } from '../../en/portal/settings.ts';

export const settings: Texts<typeof english> = {
  description: 'Beschreibung',
  homepage: 'Website',
  redirectUrisHintNative:
    'Eine je Zeile, genau wie die App sie sendet: https, http auf 127.0.0.1 (jeder Port) oder com.example.app:/callback.',
  redirectUrisHint:
    'Eine je Zeile, genau wie die App sie sendet: https, oder http auf localhost, solange Sie entwickeln.',
  redirectUris: 'Redirect-URIs',
  redirectUri: 'Redirect-URI',
  postLogout: 'Adressen für nach dem Abmelden',
  postLogoutHint: 'Eine je Zeile.',
  afterSignOut: 'Nach dem Abmelden',
  idTokenAlg: 'ID-Token werden signiert mit',
  rs256: 'RS256: Jede Bibliothek kann es ohne Einstellung',
  es256: 'ES256: kürzer und schneller signiert; in der Bibliothek der App muss man es vielleicht einstellen',
  eddsa: 'EdDSA: Wo es noch nichts nutzt, wird wie bisher signiert, bis die Apps den Schlüssel kennen',
  idTokenClaims: 'Claims in ID-Token',
  idTokenClaimsHint:
    'Je Zeile einer: ein Scope (profile, email, groups) oder ein einzelner Claim. Der Rest steht nur bei UserInfo. Viele Bibliotheken lesen nur das ID-Token.',
  ownClaims: 'Eigene Claims',
  ownClaimsHint:
    'Je Zeile einer, in ID-Token und bei UserInfo: login = preferred_username, tenant = "acme", admin = group "Admins".',
  inIdTokens: 'In ID-Token',
  pkce: 'Was einen Code schützt',
  pkceRequiredChoice: 'Immer PKCE (empfohlen)',
  pkceOrNonceChoice: 'PKCE oder eine Nonce, für Bibliotheken ohne PKCE',
  pkceOptionalChoice: 'Keines von beiden wird verlangt, für Produkte, die keines haben',
  codes: 'Codes',
  pkceRequired: 'immer mit PKCE',
  pkceOrNonce: 'mit PKCE oder einer Nonce',
  pkceOptional: 'mit PKCE, wo die App es sendet',
  refreshRetry: 'Sekunden, in denen eine wiederholte Erneuerung dieselbe Antwort bekommt',
  refreshRetryHint:
    'Von 0 bis 60. Für zwei Tabs oder Prozesse, die gleichzeitig erneuern, und für Antworten, die verloren gehen; 0 schaltet es ab.',
  offline: 'Zugriff, während Menschen weg sind',
  offlineAllowedChoice: 'Wenn sie offline_access anfragt; jede Person stimmt einmal zu',
  offlinePromptChoice: 'Wenn sie zusätzlich prompt=consent sendet; man stimmt jedes Mal zu',
  offlineNeverChoice: 'Nie: Sie bekommt keine Refresh-Token',
  away: 'Während Menschen weg sind',
  offlineAllowed: 'behält sie ihren Zugriff, wo zugestimmt wurde',
  offlinePrompt: 'behält sie ihren Zugriff, wo sie mit prompt=consent gefragt hat',
  offlineNever: 'kein Zugriff',
  optionalScopes: 'Scopes, die man weglassen kann',
  optionalScopesHint:
    'Einer je Zeile, etwa email oder reports:write. Man kreuzt sie an; die App muss ohne sie auskommen.',
  mayLeaveOut: 'Kann weggelassen werden',
  defaultApi: 'Standard-API auch bei der Anmeldung von Menschen',
  defaultApiHint:
    'Für Bibliotheken, die resource nicht senden können. Das Access-Token gilt dann für diese API und nicht für UserInfo: Lesen Sie Claims aus dem ID-Token.',
  signIns: 'Anmeldungen',
  defaultApiOn: 'für die Standard-API, wo ihre Scopes angefragt werden',
  par: 'Nur vorab gesendete Anfragen (PAR)',
  parHint: 'Die App sendet jede Anfrage zuerst an den Server (PAR, RFC 9126).',
  requests: 'Anfragen',
  parOn: 'nur vorab gesendet (PAR)',
  firstParty: 'Eigene App des Betreibers',
  consent: 'Zustimmung',
  firstPartyOn: 'niemand wird gefragt',
  verified: 'Geprüft',
  verifiedHint:
    'Man liest, dass der Betreiber dieses Servers die App geprüft hat: ihren Namen, ihr Logo, und wohin sie führt.',
  verifiedOn: 'vom Betreiber dieses Servers',
  askEachTime: 'Jedes Mal um Zustimmung bitten',
  askEachTimeHint: 'Man sieht die Seite bei jeder Anmeldung, auch wenn man schon zugestimmt hat.',
  askEachTimeOn: 'bei jeder Anmeldung',
};
