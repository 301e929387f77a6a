import { type Action, type By, judgeAccess } from '../../access.ts';
import { type TextKey, t } from '../../texts/texts.ts';

interface Place {
  readonly href: string;
  readonly label: TextKey;
  /** Words that people search for it by, beside its name. */
  readonly words?: TextKey;
  /** Who may do this in one of their teams, or on the platform; without it everyone. */
  readonly for?: Action;
}

const PLACES: readonly Place[] = [
  { href: '/', label: 'shell.home' },
  { href: '/apps', label: 'shell.apps' },
  { href: '/apps/new', label: 'search.newApp' },
  { href: '/apis', label: 'shell.apis' },
  { href: '/apis/new', label: 'search.newApi', words: 'search.newApiWords' },
  { href: '/approvals', label: 'shell.approvals', words: 'search.approvalsWords' },
  { href: '/teams', label: 'shell.teams' },
  { href: '/teams/new', label: 'search.newTeam' },
  { href: '/tools/inspector', label: 'shell.inspector', words: 'search.inspectorWords' },
  { href: '/api/v1/docs', label: 'help.reference' },
  { href: '/docs', label: 'help.docs', words: 'search.docsWords' },
  { href: '/preferences', label: 'shell.languageAndTime', words: 'search.settingsWords' },
  { href: '/operator/people', label: 'search.people', words: 'search.peopleWords', for: 'platform.read' },
  { href: '/operator/groups', label: 'operator.groups', for: 'platform.read' },
  { href: '/operator/teams', label: 'search.allTeams', for: 'platform.read' },
  { href: '/operator/outbox', label: 'operator.outbox', words: 'search.outboxWords', for: 'platform.read' },
  { href: '/operator/audit', label: 'operator.audit', words: 'search.auditWords', for: 'platform.read' },
  { href: '/operator/branding', label: 'branding.title', words: 'search.brandingWords', for: 'platform.read' },
];

/** Pages of the portal whose name, or a word for what they are for, has the text in it. */
export function findPages(text: string, by: By): { href: string; name: string }[] {
  const sought = text.toLowerCase();
  return PLACES.filter((place) => !place.for || judgeAccess(by, place.for, null) === 'allowed').flatMap((place) => {
    const name = t(place.label);
    const known = place.words ? `${name} ${t(place.words)}` : name;
    return known.toLowerCase().includes(sought) ? [{ href: place.href, name }] : [];
  });
}
