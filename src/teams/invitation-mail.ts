import type { Invitation } from '../db/team-tables.ts';
import type { Mail } from '../mail/outbox.ts';

const moment = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });

/** The code is in the fragment, which browsers do not send: it never gets into a log. */
export const joinLink = (issuer: string, code: string) => `${issuer}/join#code=${code}`;

export function invitationMail(about: {
  invitation: Invitation;
  teamName: string | undefined;
  code: string;
  issuer: string;
}): Mail {
  const { invitation, teamName, code, issuer } = about;
  const what = teamName
    ? `join the team “${teamName}” as ${withArticle(invitation.role ?? 'viewer')}`
    : 'open an account';
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
    subject: teamName ? `Join the team ${teamName} on Latchkey` : 'Your account on Latchkey',
    text: text.join('\n'),
  };
}

const withArticle = (role: string) => (role === 'owner' ? 'an owner' : `a ${role}`);
