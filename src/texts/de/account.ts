import type { Texts } from '../complete.ts';
import type { account as english } from '../en/account.ts';

export const account: Texts<typeof english> = {
  title: 'Ihr Konto',
  tabs: 'Ihr Konto',
  overview: 'Überblick',
  profile: 'Profil',
  overviewLead: 'Wer Sie hier sind und was Sie anderen geöffnet haben.',
  you: 'Sie',
  since: 'Konto seit',
  id: 'Konto-ID',
  teams: 'Teams',
  teamCount: '{count, plural, =0 {noch keine} one {# Team} other {# Teams}}',
  platformRole: 'Für den ganzen Server',
  admin: 'Administrator',
  auditor: 'Auditor',
  nameLead: 'Apps, die Ihren Namen sehen dürfen, zeigen ihn anderen; Ihre Teams ebenso.',
  name: 'Ihr Name',
  emailHint: 'Damit melden Sie sich an. Ändern können sie Administratoren.',
  saved: 'Ihr Name ist gespeichert.',
};
