import type { Texts } from '../complete.ts';
import type { branding as english } from '../en/branding.ts';

export const branding: Texts<typeof english> = {
  links: 'Über diese Seite',
  privacy: 'Datenschutz',
  terms: 'Nutzungsbedingungen',
  support: 'Hilfe und Kontakt',
};
