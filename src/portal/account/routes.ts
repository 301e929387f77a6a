import type { Area } from '../parts.ts';
import { addAddress } from './address.ts';
import { addConnectedApps } from './apps.ts';
import { addOverview } from './overview.ts';
import { addPasskeys } from './passkeys.ts';
import { addPassword } from './password.ts';
import { addProfile } from './profile.ts';
import { addRecoveryCodes } from './recovery-codes.ts';
import { addSecurity } from './security.ts';

import { addSessions } from './sessions.ts';
import { addTotp } from './totp.ts';

/** A person's own pages: each sees and changes what is theirs, and nothing names anybody else. */
export function addAccount(area: Area): void {
  addOverview(area);
  addSecurity(area);
  addPassword(area);
  addPasskeys(area);
  addTotp(area);
  addRecoveryCodes(area);
  addAddress(area);
  addConnectedApps(area);
  addSessions(area);
  addProfile(area);
}
