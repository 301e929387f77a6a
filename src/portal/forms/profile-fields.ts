import { PROFILE_FIELDS } from '../../accounts/profile/fields.ts';
import { type fieldsOf, textOf } from '../forms.ts';

/** What a form says of a profile: an empty field takes away what was there, and one that is not on the form leaves it. */
export const profileFieldsOf = (fields: ReturnType<typeof fieldsOf>) =>
  Object.fromEntries(
    PROFILE_FIELDS.filter((field) => fields[field] !== undefined).map((field) => [
      field,
      textOf(fields[field]).trim() || null,
    ]),
  );
