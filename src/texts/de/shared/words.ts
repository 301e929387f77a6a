import type { Texts } from '../../complete.ts';
import type { words as english } from '../../en/shared/words.ts';

export const words: Texts<typeof english> = {
  actions: 'Aktionen',
  delete: 'Löschen',
  description: 'Beschreibung',
  disabled: 'deaktiviert',
  emailAddress: 'E-Mail-Adresse',
  invite: 'Einladen',
  name: 'Name',
  none: 'keine',
  person: 'Person',
  remove: 'Entfernen',
  rename: 'Umbenennen',
  save: 'Speichern',
  signedFrom: '{chosen} ab {from}, bis dahin {now}',
  signedOnce: '{chosen}, sobald der Schlüssel veröffentlicht ist, bis dahin {now}',
  since: 'Seit',
  someone: 'Jemand',
  suspended: 'gesperrt',
  withdraw: 'Zurückziehen',
};
