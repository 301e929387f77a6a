import { describe, expect, it } from '@jest/globals';
import { isForGood, isServerFailure } from '../../src/mail/refusals.ts';

/** What nodemailer makes of an answer to a command. */
const answered = (command: string, response: string) => ({
  code: command === 'DATA' ? 'EMESSAGE' : 'EENVELOPE',
  command,
  responseCode: Number(response.slice(0, 3)),
  response,
});

describe('mail is refused for good', () => {
  it.each([
    ['RCPT TO', '550 5.1.1 <gone@example.com>: Recipient address rejected: User unknown in virtual mailbox table'],
    ['RCPT TO', '550 5.1.2 Host unknown'],
    ['RCPT TO', '550-5.1.1 The email account that you tried to reach does not exist.\n550 5.1.1 Please try'],
    ['RCPT TO', '550 5.2.1 The email account that you tried to reach is disabled'],
    ['RCPT TO', '556 5.1.10 Recipient address has null MX'],
    ['RCPT TO', '550 no such box'],
    ['RCPT TO', '551 User not local'],
    ['RCPT TO', '550 Requested action not taken: mailbox unavailable'],
    ['RCPT TO', '550 Unrouteable address'],
    ['RCPT TO', '550 Invalid recipient'],
    ['RCPT TO', '550 ada@example.com: user does not exist'],
    ['RCPT TO', '550 Account inactive'],
    ['RCPT TO', '553 5.1.3 The recipient address is not a valid RFC 5321 address'],
    ['DATA', '550 No such user here'],
  ])('by %s → %s', (command, response) => {
    expect(isForGood(answered(command, response))).toBe(true);
  });

  it('where the address never gets on the wire', () => {
    expect(isForGood({ code: 'EENVELOPE', command: 'API', message: 'Invalid recipient' })).toBe(true);
  });
});

describe('mail is tried again', () => {
  it.each([
    ['MAIL FROM', '553 5.7.1 <keys@example.com>: Sender address rejected: not owned by user'],
    ['MAIL FROM', '530 Must issue a STARTTLS command first'],
    ['MAIL FROM', '530 5.7.0 Authentication Required'],
    ['MAIL FROM', '554 5.7.1 Sender access denied'],
    ['MAIL FROM', '550 5.1.0 Address rejected'],
    ['MAIL FROM', '501 5.1.7 Bad sender address syntax'],
    ['RCPT TO', '553 5.7.1 <keys@example.com>: Sender address rejected: not owned by user latchkey'],
    ['RCPT TO', '554 5.7.1 <ada@example.com>: Relay access denied'],
    ['RCPT TO', '550 5.1.8 <keys@example.com>: Sender address rejected: Domain not found'],
    ['RCPT TO', '550 relay not permitted'],
    ['RCPT TO', '550 Sender verify failed'],
    ['RCPT TO', '530 Authentication required'],
    ['RCPT TO', "553 sorry, that domain isn't in my list of allowed rcpthosts"],
    ['RCPT TO', '554 Service unavailable; Client host [192.0.2.1] blocked using zen.example.org'],
    ['RCPT TO', '450 4.2.0 Greylisted'],
    ['RCPT TO', '552 5.2.2 Mailbox full'],
    ['DATA', '550 5.7.26 Unauthenticated email is not accepted due to the DMARC policy'],
    ['DATA', '554 5.7.1 Message contains spam or virus'],
    ['DATA', '554 Transaction failed'],
    ['RCPT TO', '550 5.1.1 <keys@example.com>: Sender unknown'],
    [
      'RCPT TO',
      '550-Verification failed for <keys@example.com>\n550 No such person at this address\n550 Sender verify failed',
    ],
    ['RCPT TO', '550 Verification failed for <keys@example.com>'],
    ['RCPT TO', '550 Administrative prohibition'],
    ['RCPT TO', '550 Daily sending quota exceeded'],
    ['RCPT TO', '550 Too many messages from this account'],
    ['RCPT TO', '550'],
    ['RCPT TO', '553 5.6.7 SMTPUTF8 is needed and not offered'],
    ['DATA', '552 5.3.4 Message size exceeds fixed limit'],
    ['DATA', '554 5.6.0 Message has bare LF'],
    ['DATA', '550 High probability of spam'],
    ['DATA', '550 Rejected by content filter'],
    ['DATA', '550 Service unavailable'],
    ['DATA', '451 4.3.0 Try again later'],
  ])('after %s → %s', (command, response) => {
    expect(isForGood(answered(command, response))).toBe(false);
  });

  it.each(['ECONNECTION', 'ETIMEDOUT', 'EDNS', 'ETLS', 'ESOCKET', 'EAUTH', 'EPROTOCOL'])('after %s', (code) => {
    const error = { code, command: 'CONN', responseCode: 554 };
    expect([isForGood(error), isServerFailure(error)]).toEqual([false, true]);
  });

  it('one at a time where the next would fare no better', () => {
    expect(isServerFailure(answered('MAIL FROM', '553 not yours'))).toBe(true);
    expect(isServerFailure(answered('RCPT TO', '550 5.1.1 unknown'))).toBe(false);
  });
});
