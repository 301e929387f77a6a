/** What nodemailer tells of a failure. `command` is what we had said when it came. */
interface SendFailure {
  readonly code?: string;
  readonly command?: string;
  readonly responseCode?: number;
  readonly response?: string;
  readonly message?: string;
}

/** Enhanced status codes (RFC 3463) that say that this box does not exist, never takes mail, or has moved. */
const OF_THE_BOX = /\b5\.(?:1\.(?:1|2|3|6|10)|2\.1)\b/;
const ENHANCED = /\b5\.\d{1,3}\.\d{1,3}\b/;

/** Replies that say so where a server has no enhanced codes (RFC 5321 §4.2.3): moved, takes no mail. */
const BOX_REPLIES = [551, 556];

/** Words of servers that say so with 550, which they use for much else. */
const NO_SUCH_BOX =
  /no such|(?:unknown|invalid|no|disabled|inactive) (?:mail ?box|user|recipient|account|address)|(?:mail ?box|user|recipient|account|address)[^\n]{0,60}(?:unknown|invalid|unavailable|disabled|inactive|not (?:found|known|local|here))|n(?:o|['’])t exist|unrout|undeliverable/i;

/** Words of servers that answer to a recipient and mean the sender or themselves. */
const OF_THE_SENDER = /\bsender\b|verification failed/i;
const OF_THE_RELAY =
  /relay|sender|sending|spf|dkim|dmarc|authent|login|blocked|block list|blacklist|blocklist|listed|policy|spam|denied|not allowed|not permitted|access|starttls|tls|quota|limit|too many/i;

/**
 * Whether another attempt is in vain (RFC 5321 §4.2.1): the box is not there, or takes no mail. Whatever is about us,
 * our address, the relay or how it takes the mail, passes when the operator mends it: a refusal before the recipient was
 * named, of all mail, in words that mean the sender, or for no reason that is told.
 */
export function isForGood(error: unknown): boolean {
  const { code, command = '', responseCode = 0, response, message } = error as SendFailure;
  if (code === 'EENVELOPE' && command === 'API') return true;
  if (code !== 'EENVELOPE' && code !== 'EMESSAGE') return false;
  if (responseCode < 500 || !/^(RCPT TO|DATA)/.test(command)) return false;
  const said = response ?? message ?? '';
  if (OF_THE_SENDER.test(said)) return false;
  if (ENHANCED.test(said)) return OF_THE_BOX.test(said);
  if (BOX_REPLIES.includes(responseCode)) return true;
  return responseCode === 550 && NO_SUCH_BOX.test(said) && !OF_THE_RELAY.test(said);
}

/** Whether the server could not be reached, did not let us in or did not take our address: the next mail would fare no better. */
export function isServerFailure(error: unknown): boolean {
  const { code = '', command = '' } = error as SendFailure;
  return !['EENVELOPE', 'EMESSAGE'].includes(code) || command.startsWith('MAIL');
}

/** What an operator reads, with the way out where we know it. */
export function explain(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error);
  if (/self[- ]signed|unable to (?:verify|get)|certificate/i.test(said)) {
    return `${said} (for a private CA, name its certificate in SMTP_CA_FILE)`;
  }
  return said;
}
