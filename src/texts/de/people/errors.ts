import type { Texts } from '../../complete.ts';
import type { errors as english } from '../../en/people/errors.ts';

export const errors: Texts<typeof english> = {
  invalid_request: 'Die Anfrage ist ungültig.',
  invalid_request_hint: 'Vergleichen Sie die Parameter mit der Dokumentation.',
  malformed_encoding: 'Die Anfrage enthält Zeichen, die nicht erlaubt sind.',
  malformed_encoding_hint: 'Senden Sie UTF-8 ohne NUL-Zeichen und ohne einzelne Surrogate, einmal prozentkodiert.',
  repeated_header: 'Ein Header, der einmal kommen darf, kam zweimal.',
  repeated_header_hint:
    'Senden Sie Host, Authorization und Content-Type je einmal; prüfen Sie, ob ein Proxy einen hinzufügt.',
  malformed_host: 'Der Host-Header oder der Host in der Anfragezeile ist kein Name eines Hosts.',
  malformed_host_hint:
    'Senden Sie einen Namen oder eine Adresse und, wenn es einen gibt, den Port: auth.example.com oder [::1]:3000.',
  invalid_token: 'Das Access-Token fehlt oder gilt hier nicht.',
  invalid_token_hint: 'Holen Sie ein Token für die Ressource dieser API und senden Sie es als: Authorization: Bearer …',
  insufficient_scope: 'Dem Access-Token fehlt der Scope, der hierfür nötig ist.',
  insufficient_scope_hint: 'Holen Sie ein Token mit dem Scope, den der Header WWW-Authenticate nennt.',
  csrf_failed: 'Dieses Formular ist abgelaufen oder wurde nicht von dieser Seite gesendet.',
  csrf_failed_hint: 'Gehen Sie zurück, laden Sie die Seite neu und senden Sie das Formular noch einmal.',
  forbidden: 'Sie dürfen das sehen, aber nicht tun.',
  forbidden_hint: 'Bitten Sie einen Besitzer des Teams oder einen Administrator um die Rolle, die dafür nötig ist.',
  not_found: 'Unter dieser Adresse gibt es nichts.',
  not_found_hint: 'Prüfen Sie die Adresse, oder beginnen Sie auf der Startseite.',
  method_not_allowed: 'Diese Adresse nimmt diese Methode nicht an.',
  method_not_allowed_hint: 'Der Header Allow nennt die Methoden, die sie annimmt.',
  conflict: 'Etwas mit diesem Namen gibt es schon.',
  conflict_hint: 'Wählen Sie einen anderen Namen, oder ändern Sie das Vorhandene.',
  page_changed: 'Was auf dieser Seite steht, hat sich geändert, seit Sie sie geöffnet haben. Darum wurde nichts getan.',
  page_changed_hint: 'Sehen Sie es sich noch einmal an, und entscheiden Sie neu.',
  precondition_failed: 'Jemand anderes hat das geändert, seit Sie es gelesen haben.',
  precondition_failed_hint:
    'Lesen Sie es noch einmal, prüfen Sie, ob Ihre Änderung noch sinnvoll ist, und senden Sie sie mit dem neuen ETag.',
  payload_too_large: 'Die Anfrage ist zu groß.',
  payload_too_large_hint: 'Anfragen dürfen 56 KiB haben, ein Logo 1 MB und Adressen 16 KiB.',
  unsupported_coding: 'Der Inhalt ist komprimiert oder in einem Zeichensatz, den dieser Server nicht liest.',
  unsupported_coding_hint: 'Senden Sie ihn in UTF-8 und ohne Content-Encoding.',
  wrong_host: 'Unter diesem Host antwortet dieser Server nicht.',
  wrong_host_hint:
    'Verwenden Sie die Adresse in ISSUER; ein Proxy muss den Host-Header unverändert weitergeben. Programme dürfen auch eine Adresse in BACK_CHANNEL_ORIGINS verwenden, Seiten nicht.',
  idempotency_key_reused: 'Dieser Idempotency-Key kam schon mit einer anderen Anfrage.',
  idempotency_key_reused_hint:
    'Verwenden Sie einen neuen Schlüssel für alles, was Sie tun möchten, und denselben nur, um es zu wiederholen.',
  too_many_requests: 'Zu viele Versuche.',
  too_many_requests_hint:
    'Warten Sie so viele Sekunden, wie der Header Retry-After nennt, und versuchen Sie es dann wieder.',
  sign_in_expired: 'Diese Anmeldung ist abgelaufen oder wurde in einem anderen Browser begonnen.',
  sign_in_expired_hint: 'Gehen Sie zur App zurück und melden Sie sich noch einmal an.',
  signed_out: 'Sie sind abgemeldet, darum wurde nichts getan.',
  signed_out_hint:
    'Melden Sie sich auf der Startseite wieder an. Wenn in einem Formular stand, was Sie getippt haben, gehen Sie zurück und kopieren Sie es vorher.',
  server_error: 'Bei uns ist etwas schiefgegangen.',
  server_error_hint: 'Versuchen Sie es noch einmal. Bleibt es dabei, nennen Sie dem Betreiber die Anfrage-ID.',
  unavailable: 'Der Server kann gerade nicht antworten.',
  unavailable_hint: 'Versuchen Sie es in ein paar Sekunden wieder.',
  something: 'Etwas ist schiefgegangen',
  didNotWork: 'Das hat nicht geklappt',
  code: 'Fehler',
  detail: 'Einzelheit',
  requestId: 'Anfrage-ID',
  home: 'Zur Startseite',
  unknownApp: 'Die App, die Sie hierher geschickt hat, kennt dieser Server nicht.',
  unknownAddress:
    'Die App möchte Sie an eine Adresse zurückschicken, die sie nicht registriert hat. Wir haben hier angehalten, damit niemand sonst Ihre Anmeldung erhält.',
  plainHttp:
    'Die App möchte Sie an eine Adresse ohne https zurückschicken, auf eine Art, die dieser Server nicht erlaubt. Auf dem Weg dorthin könnte jeder Ihre Anmeldung an sich nehmen.',
  badRequest:
    'Die App, die Sie hierher geschickt hat, hat eine Anfrage gestellt, die dieser Server nicht annehmen kann.',
  tellTheApp:
    'Gehen Sie zur App zurück und versuchen Sie es noch einmal. Wenn es wieder geschieht, sagen Sie den Betreibern der App, was auf dieser Seite steht.',
};
