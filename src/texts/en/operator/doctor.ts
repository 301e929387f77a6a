/** Why what the doctor finds matters, and how to fix it, by the ids of its rules. */
export const doctor = {
  unchecked: 'This could not be checked ({failure}).',
  'why_issuer-http':
    'Passwords, codes and tokens cross the network in clear, and anybody on the path can read and change them.',
  'fix_issuer-http': 'Put a proxy with TLS in front (docs/deploy.md), and set ISSUER to the https address.',
  'why_cookie-flags':
    'Both follow from an https issuer. Without them a cookie also goes over http, and another host of the domain can set one.',
  'fix_cookie-flags':
    'Set ISSUER to an https address. For trying things out on your own machine this is as it should be.',
  'why_shared-origin':
    'ISSUER has a path, and browsers part pages by origin: a script of any other page on the host can act as whoever is signed in here.',
  'fix_shared-origin': 'Trust everything that the host serves, or give the server a host of its own (docs/deploy.md).',
  'why_not-production':
    'Only production refuses unsafe settings at the start; development makes up keys and a demo with a known address.',
  'fix_not-production': 'Set NODE_ENV=production, with MASTER_KEYS and COOKIE_KEYS.',
  'why_proxy-missing':
    'The server speaks http, so something in front ends TLS. While it is not trusted, every request seems to come from its address: one attacker throttles everyone, and the audit trail has the wrong address.',
  'fix_proxy-missing': 'Set TRUSTED_PROXIES to the number of proxies in front, mostly 1.',
  'why_proxy-bypass':
    'A client that reaches it directly chooses its own address with X-Forwarded-For, and evades all limits by address.',
  'fix_proxy-bypass':
    'Set HOST to an address that only the proxy reaches, such as localhost, or see that a firewall keeps all others out.',
  'why_http-redirects':
    'Anybody on the path to such an app reads the code and the app’s answers. PKCE makes the code useless to them; nothing protects the app’s session.',
  'fix_http-redirects':
    'Give the apps https, with a certificate of your own authority if need be, and unset HTTP_REDIRECT_HOSTS.',
  'why_metrics-open': 'They tell everyone who asks how much is used, and of what.',
  'fix_metrics-open': 'Set METRICS_HOST to a private address.',
  'why_mail-missing': 'Invitations, requests and decisions stay in the outbox, where only administrators see them.',
  'fix_mail-missing': 'Set SMTP_URL, and MAIL_FROM.',
  'why_embedded-in-production':
    'It takes one process, cannot be replaced without a pause, and is backed up only while it is stopped.',
  'fix_embedded-in-production': 'Set DATABASE_URL to a PostgreSQL server.',
  'why_migrations-pending':
    'This version of the server needs tables that the database does not have. Nothing else was looked at.',
  'fix_migrations-pending': 'Run npx latchkey migrate up, and then the doctor again.',
  'why_postgres-too-old': 'Latchkey is tried on 14 and newer, and uses what older ones lack.',
  'fix_postgres-too-old': 'Upgrade PostgreSQL.',
  'why_postgres-end-of-life': 'Security problems that are found from now on stay open.',
  'fix_postgres-end-of-life': 'Upgrade PostgreSQL to a version that is looked after.',
  'why_postgres-fsync-off': 'A power failure can damage the database so that it cannot be repaired.',
  'fix_postgres-fsync-off': 'Set fsync = on and full_page_writes = on in postgresql.conf.',
  'why_postgres-commits-early':
    'After a crash the last changes are gone: a refresh token that was used works once more, and a revocation is forgotten.',
  'fix_postgres-commits-early':
    'Set synchronous_commit = on, at least for the role of the server: alter role … set synchronous_commit = on.',
  'why_postgres-unencrypted': 'Anybody on the path reads the password of the database and everything in it.',
  'fix_postgres-unencrypted': 'Let PostgreSQL use ssl, and add ?sslmode=verify-full to DATABASE_URL.',
  'why_postgres-superuser':
    'Anybody who gets hold of DATABASE_URL can read files of that machine and run programs there.',
  'fix_postgres-superuser': 'Make a role of its own: create role latchkey login; and let it own the database.',
  'why_restores-unnoticed':
    'Tokens from before a restore may outlive what ended them: the restored database has forgotten it.',
  'fix_restores-unnoticed':
    'Grant the role of the server execute on pg_control_system() and pg_walfile_name(pg_lsn); or run npx latchkey database restored after each restore and failover.',
  'why_clock-skew':
    'Tokens and codes are good until a moment; two machines that do not agree on it refuse good ones or take bad ones.',
  'fix_clock-skew': 'Run NTP (such as chrony) on both machines.',
  'why_master-key-missing': 'They cannot be opened: the server does not start, or mail cannot be sent.',
  'fix_master-key-missing': 'Add the key back to MASTER_KEYS.',
  'why_master-key-old':
    'Until they are sealed anew, the old key cannot leave the list, and whoever has it can open them.',
  'fix_master-key-old': 'Run npx latchkey master-key rotate, and then take the old key out of MASTER_KEYS.',
  'why_master-key-unused': 'A key that is not needed can only leak. Backups from before its rotation still need it.',
  'fix_master-key-unused': 'Take it out of MASTER_KEYS, and keep it with the old backups.',
  'why_cookie-key-age': 'Nothing records when COOKIE_KEYS was made, so nobody but you can know how old it is.',
  'fix_cookie-key-age': 'Once a year put a new one in front, and take the old one out some weeks later.',
  'why_signing-key-missing': 'Tokens of that algorithm cannot be issued.',
  'fix_signing-key-missing':
    'Start a server: it makes the key, or starts one that waits, within a minute. Where it does not, its log says why.',
  'why_signing-key-old':
    'Keys rotate by themselves while a server runs. An old one means that this does not work, and it signs for longer than you decided.',
  'fix_signing-key-old':
    'Look for “rotation” in the log of the server; npx latchkey key rotate makes the next key now.',
  'why_job-failing': 'What it should remove stays, or what it should make is missing; the other work goes on.',
  'fix_job-failing': 'Look for “background work failed” in the log of the servers; it is tried again every minute.',
  'why_secret-without-end': 'A secret that leaked unnoticed works until someone removes it.',
  'fix_secret-without-end':
    'npx latchkey secret rotate APP SECRET --expires-in-days 90 makes a new one; the old one works for 24 hours more (--keep).',
  'why_secret-overdue': 'The longer a secret is in use, the more copies of it there are.',
  'fix_secret-overdue':
    'npx latchkey secret rotate APP SECRET --expires-in-days 90 makes a new one; the old one works for 24 hours more (--keep).',
  'why_secret-ends-soon': 'From then on the app gets no tokens.',
  'fix_secret-ends-soon':
    'npx latchkey secret rotate APP SECRET --expires-in-days 90 makes a new one; the old one works for 24 hours more (--keep).',
  'why_secret-missing': 'It gets no tokens.',
  'fix_secret-missing': 'Add one (npx latchkey secret add APP), or stop the app if nobody misses it.',
  'why_secret-unused': 'Nobody needs it, and nobody would notice if someone else used it.',
  'fix_secret-unused': 'Remove it: npx latchkey secret remove APP SECRET.',
  'why_redirect-http':
    'Only a browser on the developer’s own machine gets there, and any program on that machine can take the code. It was for trying things out.',
  'fix_redirect-http': 'Register the https address, and a separate app for development.',
  'why_redirect-http-refused':
    'It was registered while HTTP_REDIRECT_HOSTS allowed that, and people who sign in to it now see a page that refuses.',
  'fix_redirect-http-refused': 'Register the https address, or allow the host again with HTTP_REDIRECT_HOSTS.',
  'why_redirect-localhost':
    'The name may lead elsewhere, and a firewall may stop it (RFC 8252 §8.3). For 127.0.0.1 any port is taken as well.',
  'fix_redirect-localhost': 'Register http://127.0.0.1/… and let the app listen there.',
  'why_redirect-many':
    'Every one of them is a place where a code may be taken, and among many nobody notices one that is not needed any more.',
  'fix_redirect-many': 'Remove those that are not used, or split the app: one for each site.',
  'why_pkce-optional':
    'With a nonce alone the protection of a code depends on the app’s checking it, and without both a stolen code can be slipped into somebody’s sign-in (RFC 9700 §2.1.1).',
  'fix_pkce-optional': 'When its library can: npx latchkey app update ID --pkce required.',
  'why_app-unused': 'Nobody would notice if its credentials were used by someone else.',
  'fix_app-unused': 'Ask its team; npx latchkey app disable ID stops it so that it can be started again.',
  'why_stopped-leftover': 'What nobody needs can be started again by mistake.',
  'fix_stopped-leftover': 'Delete it (npx latchkey app delete, api delete), or start it again.',
  'why_api-unused': 'Access that is not needed helps only those who steal the app’s credentials.',
  'fix_api-unused': 'Take it back: npx latchkey app unsubscribe APP --api API.',
  'why_scope-unused': 'Least privilege: what a token cannot do, a stolen one cannot do either.',
  'fix_scope-unused': 'Narrow it to the others: npx latchkey subscription narrow ID --scope …',
  'why_token-large':
    'Most servers and proxies refuse headers of more than 8 KiB. Tokens that are far larger are not issued at all.',
  'fix_token-large':
    'Give apps fewer scopes and people fewer roles of this API, shorten their names, or do not let its tokens name roles.',
  'why_request-waiting': 'Someone cannot go on with their work.',
  'fix_request-waiting': 'Decide on it in the portal, or with npx latchkey subscription list --state pending.',
  'why_no-admin': 'Nobody can look after people, groups and teams in the portal.',
  'fix_no-admin':
    'npx latchkey user create --email you@example.com --name "Your Name" --admin --password-stdin, or user role you@example.com admin.',
  'why_one-admin': 'When that person is ill or gone, only the command line is left.',
  'fix_one-admin': 'Make a second one: npx latchkey user role grace@example.com admin.',
  'why_team-without-owner': 'Nobody can invite people into it or change their roles there.',
  'fix_team-without-owner': 'npx latchkey team member add TEAM grace@example.com owner, or member role.',
  'why_demo-in-production': 'The password of ada@example.com was printed on a terminal and is in the file demo.json.',
  'fix_demo-in-production': 'npx latchkey demo remove takes all of it away.',
  'why_mail-failed': 'The people whom it was for do not know of their invitation, request or decision.',
  'fix_mail-failed': 'npx latchkey mail list says why. When it is mended: npx latchkey mail resend --failed.',
  'why_mail-waiting': 'The mail server cannot be reached, does not let us in, or does not take our address.',
  'fix_mail-waiting': 'npx latchkey mail list has the last error. Look at SMTP_URL and MAIL_FROM.',
  'why_app-looks-verified':
    'Where people sign in and agree they take one for the other. Both may be honest: names are not unique.',
  'fix_app-looks-verified': 'Ask its team for another name, mark it verified as well, or stop it.',
  'why_name-looks-ours':
    'People take it for something of the installation’s own. New names like that are refused; this one is older than the installation’s name, or an administrator gave it.',
  'fix_name-looks-ours': 'Give it another name; or make the app first-party, or mark it verified, if it is yours.',
} as const;
