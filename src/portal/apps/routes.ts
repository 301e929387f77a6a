import type { Area } from '../parts.ts';
import { addAuthenticationPage } from './authentication.ts';
import { addAppCreation } from './create.ts';
import { addCredentialsTab } from './credentials.ts';
import { addAppEnds } from './ends.ts';
import { addAppList } from './list.ts';
import { addLogoForms } from './logo.ts';
import { addCredentialPages } from './secrets/credential.ts';
import { addSecretPages } from './secrets/secrets.ts';
import { addAppSettings } from './settings.ts';
import { addAppPage } from './show.ts';

/** Apps: what asks for tokens, and its credentials. */
export function addApps(area: Area): void {
  addAppList(area);
  addAppCreation(area);
  addAppPage(area);
  addCredentialsTab(area);
  addCredentialPages(area);
  addSecretPages(area);
  addAuthenticationPage(area);
  addAppSettings(area);
  addLogoForms(area);
  addAppEnds(area);
}
