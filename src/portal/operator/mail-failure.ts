import { t } from '../../texts/texts.ts';

/** By the words of nodemailer, of Node.js, and of mail servers (RFC 5321 §4.2.3, RFC 4954 §6). The first that fits. */
const MEANINGS: readonly (readonly [RegExp, () => string])[] = [
  [/self[- ]signed|unable to (?:verify|get)|certificate/i, () => t('operator.mailFailedCertificate')],
  [/\b(?:ENOTFOUND|EAI_AGAIN|EDNS)\b/, () => t('operator.mailFailedName')],
  [/^Invalid login|\b53[0458][ -]/i, () => t('operator.mailFailedLogin')],
  [/^Mail command failed/i, () => t('operator.mailFailedSender')],
  [/^(?:Can't send mail|Recipient command failed)/i, () => t('operator.mailFailedRecipient')],
  [/^(?:Message|Data command) failed/i, () => t('operator.mailFailedMessage')],
  [
    /\bE(?:CONN\w+|TIMEDOUT|HOSTUNREACH|NETUNREACH|PIPE)\b|timeout|closed|never received/i,
    () => t('operator.mailFailedConnection'),
  ],
];

/** What the last error of a mail means, in words; it is itself in those of a mail server or of a program. */
export const meaningOfFailure = (said: string): string =>
  MEANINGS.find(([words]) => words.test(said))?.[1]() ?? t('operator.mailFailedOtherwise');
