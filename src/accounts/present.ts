import type { Group } from '../db/tables/teams.ts';
import type { ListedPerson } from './list-people.ts';
import type { Profile } from './people.ts';
import { presentProfile } from './profile/fields.ts';

/** A person as JSON shows them: never a password hash. */
export function presentPerson(person: Profile) {
  return {
    id: person.id,
    email: person.email,
    name: person.name,
    ...presentProfile(person.profile),
    platform_role: person.platform_role,
    email_verified_at: person.email_verified_at?.toISOString() ?? null,
    created_at: person.created_at.toISOString(),
    updated_at: person.updated_at.toISOString(),
    disabled_at: person.disabled_at?.toISOString() ?? null,
  };
}

/** The same as a list has it. */
export const presentListedPerson = (person: ListedPerson) => ({
  ...presentPerson(person),
  last_sign_in_at: person.last_sign_in_at?.toISOString() ?? null,
});

export function presentGroup({ id, name, created_at }: Group) {
  return { id, name, created_at: created_at.toISOString() };
}
