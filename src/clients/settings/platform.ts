import { t } from '../../texts/texts.ts';
import { any, forPeople, toggle } from './setting.ts';

/** What only who looks after the platform sets of an app. */
export const PLATFORM_SETTINGS = {
  firstParty: toggle({
    column: 'first_party',
    acts: true,
    by: 'platform',
    isFor: any,
    meaning: 'Whether it is one of the operator’s own, for which nobody is asked for consent. Administrators set it.',
    option: '--first-party',
    help: 'an app of your own, for which nobody is asked for consent',
    helpOff: 'ask people for consent',
    label: () => t('settings.firstParty'),
    fact: { label: () => t('settings.consent'), whenOn: () => t('settings.firstPartyOn') },
  }),
  verified: toggle({
    column: 'verified',
    acts: false,
    by: 'platform',
    isFor: forPeople,
    meaning:
      'Whether whoever runs the server has checked it, as people are told. Administrators set it; another name, logo or redirect host from its team takes it away.',
    option: '--verified',
    help: 'tell people that you have checked this app',
    helpOff: 'tell people that nobody has checked it',
    label: () => t('settings.verified'),
    hint: () => t('settings.verifiedHint'),
    fact: { label: () => t('settings.verified'), whenOn: () => t('settings.verifiedOn') },
  }),
  askEachTime: toggle({
    column: 'ask_each_time',
    acts: true,
    by: 'platform',
    isFor: forPeople,
    meaning:
      'Whether people see the consent page at each sign-in. Native apps show it each time anyway. Administrators set it.',
    option: '--ask-each-time',
    help: 'ask people for consent at each sign-in',
    helpOff: 'ask people only for what is new',
    label: () => t('settings.askEachTime'),
    hint: () => t('settings.askEachTimeHint'),
    fact: { label: () => t('settings.consent'), whenOn: () => t('settings.askEachTimeOn') },
  }),
};
