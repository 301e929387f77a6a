import { authorize } from '../../access.ts';
import { redirect } from '../answers.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { addAudit } from './audit.ts';
import { addBranding } from './branding.ts';
import { addGroups } from './groups.ts';
import { addHealth } from './health.ts';
import { addOutbox } from './outbox.ts';
import { addPeople } from './people.ts';
import { addPerson } from './person.ts';
import { addSignUpPolicy } from './sign-up.ts';
import { addAllTeams } from './teams.ts';

/** Pages of those who look after the whole server. */
export function addOperator(area: Area): void {
  area.router.get('/operator', (ctx) => {
    authorize(visitorOf(ctx).by, 'platform.read', null);
    redirect(ctx, '/operator/people');
  });
  addPeople(area);
  addPerson(area);
  addSignUpPolicy(area);
  addGroups(area);
  addAllTeams(area);
  addOutbox(area);
  addAudit(area);
  addBranding(area);
  addHealth(area);
}
