import type { Texts } from '../../complete.ts';
import type { doctor as english } from '../../en/operator/doctor.ts';

export const doctor: Texts<typeof english> = {
  unchecked: 'Das konnte nicht geprüft werden ({failure}).',
  'why_issuer-http':
    'Passwörter, Codes und Token gehen im Klartext über das Netz; jeder auf dem Weg kann sie lesen und ändern.',
  'fix_issuer-http':
    'Setzen Sie einen Proxy mit TLS davor (docs/deploy.md), und setzen Sie ISSUER auf die https-Adresse.',
  'why_cookie-flags':
    'Beides folgt aus einem Issuer mit https. Ohne sie wird ein Cookie auch über http gesendet, und ein anderer Host der Domain kann eines setzen.',
  'fix_cookie-flags':
    'Setzen Sie ISSUER auf eine https-Adresse. Zum Ausprobieren auf dem eigenen Rechner ist es so in Ordnung.',
  'why_shared-origin':
    'ISSUER hat einen Pfad, und Browser trennen Seiten nach ihrem Ursprung (Origin): Ein Skript jeder anderen Seite des Hosts kann im Namen der Person handeln, die hier angemeldet ist.',
  'fix_shared-origin':
    'Vertrauen Sie allem, was der Host ausliefert, oder geben Sie dem Server einen eigenen Host (docs/deploy.md).',
  'why_not-production':
    'Nur im Produktionsmodus verweigert der Server beim Start unsichere Einstellungen; im Entwicklungsmodus erzeugt er Schlüssel und eine Demo mit bekannter Adresse.',
  'fix_not-production': 'Setzen Sie NODE_ENV=production, dazu MASTER_KEYS und COOKIE_KEYS.',
  'why_proxy-missing':
    'Der Server spricht http, also beendet etwas vor ihm TLS. Solange ihm nicht vertraut wird, scheint jede Anfrage von dessen Adresse zu kommen: Ein Angreifer bremst alle aus, und im Audit-Protokoll steht die falsche Adresse.',
  'fix_proxy-missing': 'Setzen Sie TRUSTED_PROXIES auf die Anzahl der Proxys davor, meist 1.',
  'why_proxy-bypass':
    'Ein Client, der den Server direkt erreicht, wählt mit X-Forwarded-For seine Adresse selbst und umgeht alle Grenzen, die nach Adresse gelten.',
  'fix_proxy-bypass':
    'Setzen Sie HOST auf eine Adresse, die nur der Proxy erreicht, etwa localhost, oder lassen Sie eine Firewall alle anderen abweisen.',
  'why_http-redirects':
    'Jeder auf dem Weg zu einer solchen App liest den Code und die Antworten der App. Durch PKCE ist der Code für ihn wertlos; die Sitzung der App schützt nichts.',
  'fix_http-redirects':
    'Stellen Sie die Apps auf https um, notfalls mit einem Zertifikat einer eigenen Zertifizierungsstelle, und entfernen Sie HTTP_REDIRECT_HOSTS.',
  'why_metrics-open': 'Sie verraten jedem, der fragt, wie viel genutzt wird und was.',
  'fix_metrics-open': 'Setzen Sie METRICS_HOST auf eine private Adresse.',
  'why_mail-missing':
    'Einladungen, Anfragen und Entscheidungen bleiben im Postausgang, wo nur Administratoren sie sehen.',
  'fix_mail-missing': 'Setzen Sie SMTP_URL und MAIL_FROM.',
  'why_embedded-in-production':
    'Sie erlaubt nur einen Prozess, lässt sich nicht ohne Pause austauschen und nur sichern, während der Server steht.',
  'fix_embedded-in-production': 'Setzen Sie DATABASE_URL auf einen PostgreSQL-Server.',
  'why_migrations-pending':
    'Diese Version des Servers braucht Tabellen, die in der Datenbank fehlen. Alles andere wurde nicht geprüft.',
  'fix_migrations-pending': 'Führen Sie npx latchkey migrate up aus, und danach doctor noch einmal.',
  'why_postgres-too-old': 'Latchkey wird mit Version 14 und neueren getestet und nutzt, was älteren fehlt.',
  'fix_postgres-too-old': 'Aktualisieren Sie PostgreSQL.',
  'why_postgres-end-of-life': 'Sicherheitslücken, die von jetzt an gefunden werden, bleiben offen.',
  'fix_postgres-end-of-life': 'Aktualisieren Sie PostgreSQL auf eine Version, die noch gepflegt wird.',
  'why_postgres-fsync-off': 'Ein Stromausfall kann die Datenbank so beschädigen, dass sie sich nicht reparieren lässt.',
  'fix_postgres-fsync-off': 'Setzen Sie fsync = on und full_page_writes = on in postgresql.conf.',
  'why_postgres-commits-early':
    'Nach einem Absturz fehlen die letzten Änderungen: Ein verwendetes Refresh-Token gilt noch einmal, und ein Widerruf ist vergessen.',
  'fix_postgres-commits-early':
    'Setzen Sie synchronous_commit = on, mindestens für die Rolle des Servers: alter role … set synchronous_commit = on.',
  'why_postgres-unencrypted': 'Jeder auf dem Weg liest das Passwort der Datenbank und alles, was darin steht.',
  'fix_postgres-unencrypted':
    'Schalten Sie in PostgreSQL ssl ein, und ergänzen Sie DATABASE_URL um ?sslmode=verify-full.',
  'why_postgres-superuser':
    'Wer an DATABASE_URL gelangt, kann auf jenem Rechner Dateien lesen und Programme ausführen.',
  'fix_postgres-superuser':
    'Legen Sie eine eigene Rolle an: create role latchkey login; und machen Sie sie zum Besitzer der Datenbank.',
  'why_restores-unnoticed':
    'Token aus der Zeit vor einer Wiederherstellung können ihren Widerruf überleben: Die wiederhergestellte Datenbank hat ihn vergessen.',
  'fix_restores-unnoticed':
    'Erlauben Sie der Rolle des Servers, pg_control_system() und pg_walfile_name(pg_lsn) auszuführen (grant execute); oder führen Sie nach jeder Wiederherstellung und jedem Failover npx latchkey database restored aus.',
  'why_clock-skew':
    'Token und Codes gelten bis zu einem Zeitpunkt; zwei Rechner, deren Uhren verschieden gehen, lehnen gültige ab oder nehmen ungültige an.',
  'fix_clock-skew': 'Lassen Sie auf beiden Rechnern NTP laufen (etwa chrony).',
  'why_master-key-missing':
    'Sie lassen sich nicht öffnen: Der Server startet nicht, oder E-Mails können nicht gesendet werden.',
  'fix_master-key-missing': 'Nehmen Sie den Schlüssel wieder in MASTER_KEYS auf.',
  'why_master-key-old':
    'Bis sie neu verschlüsselt sind, muss der alte Schlüssel in der Liste bleiben, und wer ihn hat, kann sie öffnen.',
  'fix_master-key-old':
    'Führen Sie npx latchkey master-key rotate aus, und nehmen Sie danach den alten Schlüssel aus MASTER_KEYS.',
  'why_master-key-unused':
    'Ein Schlüssel, der nicht gebraucht wird, kann nur noch in falsche Hände geraten. Sicherungen aus der Zeit vor seinem Austausch brauchen ihn weiterhin.',
  'fix_master-key-unused': 'Nehmen Sie ihn aus MASTER_KEYS, und bewahren Sie ihn bei den alten Sicherungen auf.',
  'why_cookie-key-age': 'Nirgends ist festgehalten, wann COOKIE_KEYS entstand; nur Sie können wissen, wie alt er ist.',
  'fix_cookie-key-age':
    'Setzen Sie einmal im Jahr einen neuen an den Anfang, und entfernen Sie den alten einige Wochen später.',
  'why_signing-key-missing': 'Token mit diesem Algorithmus können nicht ausgestellt werden.',
  'fix_signing-key-missing':
    'Starten Sie einen Server: Innerhalb einer Minute erzeugt er den Schlüssel oder aktiviert einen, der wartet. Tut er das nicht, steht der Grund in seinem Log.',
  'why_signing-key-old':
    'Schlüssel werden von selbst erneuert, solange ein Server läuft. Ein alter zeigt, dass das nicht geschieht; er signiert länger, als Sie festgelegt haben.',
  'fix_signing-key-old':
    'Suchen Sie im Log des Servers nach „rotation“; npx latchkey key rotate erzeugt den nächsten Schlüssel sofort.',
  'why_job-failing':
    'Was sie entfernen sollte, bleibt, oder was sie anlegen sollte, fehlt; die anderen Arbeiten laufen weiter.',
  'fix_job-failing':
    'Suchen Sie in den Logs der Server nach „background work failed“; jede Minute wird ein neuer Versuch gemacht.',
  'why_secret-without-end': 'Ein Secret, das unbemerkt bekannt wurde, gilt, bis jemand es widerruft.',
  'fix_secret-without-end':
    'npx latchkey secret rotate APP SECRET --expires-in-days 90 erzeugt ein neues; das alte gilt noch 24 Stunden (--keep).',
  'why_secret-overdue': 'Je länger ein Secret in Gebrauch ist, desto mehr Kopien gibt es davon.',
  'fix_secret-overdue':
    'npx latchkey secret rotate APP SECRET --expires-in-days 90 erzeugt ein neues; das alte gilt noch 24 Stunden (--keep).',
  'why_secret-ends-soon': 'Von da an erhält die App keine Token mehr.',
  'fix_secret-ends-soon':
    'npx latchkey secret rotate APP SECRET --expires-in-days 90 erzeugt ein neues; das alte gilt noch 24 Stunden (--keep).',
  'why_secret-missing': 'Sie erhält keine Token.',
  'fix_secret-missing':
    'Fügen Sie eines hinzu (npx latchkey secret add APP), oder halten Sie die App an, wenn niemand sie vermisst.',
  'why_secret-unused': 'Niemand braucht es, und niemand würde merken, wenn ein anderer es verwendete.',
  'fix_secret-unused': 'Widerrufen Sie es: npx latchkey secret remove APP SECRET.',
  'why_redirect-http':
    'Nur ein Browser auf dem Rechner des Entwicklers gelangt dorthin, und jedes Programm auf diesem Rechner kann den Code abfangen. Die Adresse war zum Ausprobieren gedacht.',
  'fix_redirect-http': 'Registrieren Sie die https-Adresse, und für die Entwicklung eine eigene App.',
  'why_redirect-http-refused':
    'Sie wurde registriert, als HTTP_REDIRECT_HOSTS das erlaubte; wer sich bei der App anmeldet, sieht jetzt eine Fehlerseite.',
  'fix_redirect-http-refused':
    'Registrieren Sie die https-Adresse, oder erlauben Sie den Host mit HTTP_REDIRECT_HOSTS wieder.',
  'why_redirect-localhost':
    'Der Name kann anderswohin führen, und eine Firewall kann ihn sperren (RFC 8252 §8.3). Bei 127.0.0.1 wird außerdem jeder Port angenommen.',
  'fix_redirect-localhost': 'Registrieren Sie http://127.0.0.1/…, und lassen Sie die App dort lauschen.',
  'why_redirect-many':
    'Jede davon ist eine Stelle, an der ein Code abgefangen werden kann, und unter vielen fällt niemandem auf, welche nicht mehr gebraucht wird.',
  'fix_redirect-many':
    'Entfernen Sie die, die nicht benutzt werden, oder teilen Sie die App auf: eine für jede Website.',
  'why_pkce-optional':
    'Mit einer Nonce allein hängt der Schutz eines Codes davon ab, dass die App sie prüft; ohne beides lässt sich einer fremden Anmeldung ein gestohlener Code unterschieben (RFC 9700 §2.1.1).',
  'fix_pkce-optional': 'Wenn ihre Bibliothek es kann: npx latchkey app update ID --pkce required.',
  'why_app-unused': 'Niemand würde merken, wenn ein anderer ihre Zugangsdaten verwendete.',
  'fix_app-unused':
    'Fragen Sie ihr Team; npx latchkey app disable ID hält sie so an, dass sie wieder gestartet werden kann.',
  'why_stopped-leftover': 'Was niemand braucht, kann versehentlich wieder gestartet werden.',
  'fix_stopped-leftover': 'Löschen Sie es (npx latchkey app delete, api delete), oder starten Sie es wieder.',
  'why_api-unused': 'Zugriff, der nicht gebraucht wird, nützt nur denen, die die Zugangsdaten der App stehlen.',
  'fix_api-unused': 'Entziehen Sie ihn: npx latchkey app unsubscribe APP --api API.',
  'why_scope-unused': 'So wenig Rechte wie möglich: Was ein Token nicht darf, darf auch ein gestohlenes nicht.',
  'fix_scope-unused': 'Beschränken Sie sie auf die übrigen: npx latchkey subscription narrow ID --scope …',
  'why_token-large':
    'Die meisten Server und Proxys lehnen Header von mehr als 8 KiB ab. Noch viel größere Token werden gar nicht ausgestellt.',
  'fix_token-large':
    'Geben Sie Apps weniger Scopes und Personen weniger Rollen dieser API, kürzen Sie deren Namen, oder lassen Sie Rollen aus den Token weg.',
  'why_request-waiting': 'Jemand kann nicht weiterarbeiten.',
  'fix_request-waiting': 'Entscheiden Sie im Portal darüber, oder mit npx latchkey subscription list --state pending.',
  'why_no-admin': 'Niemand kann sich im Portal um Personen, Gruppen und Teams kümmern.',
  'fix_no-admin':
    'npx latchkey user create --email you@example.com --name "Your Name" --admin --password-stdin, oder user role you@example.com admin.',
  'why_one-admin': 'Ist diese Person krank oder nicht mehr da, bleibt nur die Kommandozeile.',
  'fix_one-admin': 'Machen Sie noch jemanden dazu: npx latchkey user role grace@example.com admin.',
  'why_team-without-owner': 'Niemand kann Personen in das Team einladen oder ihre Rollen dort ändern.',
  'fix_team-without-owner': 'npx latchkey team member add TEAM grace@example.com owner, oder member role.',
  'why_demo-in-production':
    'Das Passwort von ada@example.com wurde in einem Terminal ausgegeben und steht in der Datei demo.json.',
  'fix_demo-in-production': 'npx latchkey demo remove entfernt die ganze Demo.',
  'why_mail-failed': 'Die Personen, für die sie waren, wissen nichts von ihrer Einladung, Anfrage oder Entscheidung.',
  'fix_mail-failed': 'npx latchkey mail list nennt den Grund. Wenn er behoben ist: npx latchkey mail resend --failed.',
  'why_mail-waiting': 'Der Mailserver ist nicht erreichbar, lehnt die Anmeldung ab oder nimmt unsere Adresse nicht an.',
  'fix_mail-waiting': 'npx latchkey mail list zeigt den letzten Fehler. Prüfen Sie SMTP_URL und MAIL_FROM.',
  'why_app-looks-verified':
    'Wo man sich anmeldet und zustimmt, hält man die eine für die andere. Beide können ehrlich sein: Namen sind nicht einmalig.',
  'fix_app-looks-verified':
    'Bitten Sie das Team um einen anderen Namen, markieren Sie auch diese App als geprüft, oder halten Sie sie an.',
  'why_name-looks-ours':
    'Man hält es für etwas von der Installation selbst. Neue Namen dieser Art werden abgelehnt; dieser ist älter als der Name der Installation, oder die Verwaltung hat ihn vergeben.',
  'fix_name-looks-ours':
    'Geben Sie einen anderen Namen; oder machen Sie die App zur eigenen, oder markieren Sie sie als geprüft, wenn sie Ihre ist.',
};
