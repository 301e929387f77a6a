import type { Invitation } from '../db/tables/teams.ts';
import { type Mail, oneLine } from '../mail/outbox.ts';
import { isForStrangers } from '../mail/their-words.ts';

const moment = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });

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
  const team = named ? `the team “${oneLine(teamName)}”` : 'a team';
  const what =
    teamName === undefined ? 'open an account' : `join ${team} as ${withArticle(invitation.role ?? 'viewer')}`;
  const text = [
    `You are invited to ${what} at ${issuer}.`,
    '',
    'Open this address to accept:',
    joinLink(issuer, code),
    '',
    `If that does not work, open ${issuer}/join and enter this code:`,
    code,
    '',
    `The invitation is for ${invitation.email} and ends on ${moment.format(invitation.expires_at)} UTC.`,
    'If you did not expect it, there is nothing to do.',
    '',
  ];
  return {
    to: invitation.email,
    subject: subjectOf(named ? teamName : undefined, invitation, brand),
    text: text.join('\n'),
  };
}

function subjectOf(teamName: string | undefined, { role }: Invitation, brand: string): string {
  if (role === null) return `Your account on ${brand}`;
  return teamName === undefined ? `Join a team on ${brand}` : `Join the team ${teamName} on ${brand}`;
}

const withArticle = (role: string) => (role === 'owner' ? 'an owner' : `a ${role}`);
