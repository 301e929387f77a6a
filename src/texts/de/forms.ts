import type { Texts } from '../complete.ts';
import type { forms as english } from '../en/forms.ts';

export const forms: Texts<typeof english> = {};
