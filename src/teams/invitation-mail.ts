import type { Invitation } from '../db/tables/teams.ts';
import { type Mail, oneLine } from '../mail/outbox.ts';
import { isForStrangers } from '../mail/their-words.ts';
import { inMinute } from '../texts/moments.ts';
import { inLanguage, languageNow } from '../texts/speech.ts';
import { t } from '../texts/texts.ts';

/** The code is in the fragment, which browsers do not send: it never gets into a log. */
export const joinLink = (issuer: string, code: string) => `${issuer}/join#code=${code}`;

export function invitationMail(about: {
  invitation: Invitation;
  teamName: string | undefined;
  code: string;
  issuer: string;
  /** What the installation is called. */
  brand: string;
}): Mail {
  const { invitation, teamName, code, issuer, brand } = about;
  // It goes to an address that anybody may name, so all its words are ours.
  const named = teamName !== undefined && isForStrangers(teamName);
  const { email, role, expires_at: ends } = invitation;
  // Nothing is known of who gets it: it is in the language of whoever invites, and of no time zone.
  return inLanguage(languageNow(), 'UTC', () => {
    const text = [
      invitedTo({ team: teamName === undefined ? null : named ? oneLine(teamName) : undefined, role, issuer }),
      '',
      t('mail.openToAccept'),
      joinLink(issuer, code),
      '',
      t('mail.orEnterCode', { address: `${issuer}/join` }),
      code,
      '',
      t('mail.invitationEnds', { email, moment: inMinute(ends) }),
      t('mail.notExpected'),
      '',
    ];
    const subject = subjectOf(named ? teamName : undefined, invitation, brand);
    return { to: email, language: languageNow(), subject, text: text.join('\n') };
  });
}

/** @param about.team null for an account alone, undefined for one that is not named */
function invitedTo(about: { team: string | null | undefined; role: string | null; issuer: string }): string {
  const { team, issuer } = about;
  const role = about.role ?? 'viewer';
  if (team === null) return t('mail.invitedAccount', { issuer });
  return team === undefined
    ? t('mail.invitedSomeTeam', { role, issuer })
    : t('mail.invitedTeam', { team, role, issuer });
}

function subjectOf(team: string | undefined, { role }: Invitation, brand: string): string {
  if (role === null) return t('mail.accountSubject', { brand });
  return team === undefined ? t('mail.someTeamSubject', { brand }) : t('mail.teamSubject', { team, brand });
}
