import type { Texts } from '../complete.ts';
import type { branding as english } from '../en/branding.ts';

export const branding: Texts<typeof english> = {};
