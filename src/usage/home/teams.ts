import { type By, judgeAccess } from '../../access.ts';

/**
 * What the home page is about: the teams that someone is in. An admin could see all others too, but what everyone does is
 * not what this person has to look after.
 */
export function ownTeams({ access }: By): string[] {
  return [...(access?.teams.keys() ?? [])];
}

/** The teams whose subscriptions someone decides on; with null, what belongs to no team. */
export function decidingTeams(by: By): (string | null)[] {
  return [...ownTeams(by), null].filter((team) => judgeAccess(by, 'subscription.decide', team) === 'allowed');
}
