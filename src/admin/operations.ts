import { apiOperations } from './apis/apis.ts';
import { introspectorOperations } from './apis/introspectors.ts';
import { roleHolderOperations } from './apis/role-holders.ts';
import { roleOperations } from './apis/roles.ts';
import { apiUsageOperations } from './apis/usage.ts';
import { appOperations } from './apps/apps.ts';
import { secretOperations } from './apps/secrets.ts';
import { appUsageOperations } from './apps/usage.ts';
import { auditOperations } from './audit.ts';
import { brandingOperations } from './branding/branding.ts';
import type { Operation } from './operation.ts';
import { groupMemberOperations } from './people/group-members.ts';
import { groupOperations } from './people/groups.ts';
import { accountInvitationOperations } from './people/invitations.ts';
import { signUpOperations } from './people/sign-up.ts';
import { userAccessOperations } from './people/user-access.ts';
import { userOperations } from './people/users.ts';
import { subscriptionLifecycleOperations } from './subscriptions/lifecycle.ts';
import { subscriptionListOperations } from './subscriptions/lists.ts';
import { subscriptionRequestOperations } from './subscriptions/requests.ts';
import { invitationOperations } from './teams/invitations.ts';
import { memberOperations } from './teams/members.ts';
import { teamOperations } from './teams/teams.ts';

/** Everything that the admin API can do, in the order of the document. */
export const operations: readonly Operation[] = [
  ...appOperations,
  ...secretOperations,
  ...apiOperations,
  ...introspectorOperations,
  ...subscriptionListOperations,
  ...subscriptionRequestOperations,
  ...subscriptionLifecycleOperations,
  ...roleOperations,
  ...roleHolderOperations,
  ...teamOperations,
  ...memberOperations,
  ...invitationOperations,
  ...userOperations,
  ...userAccessOperations,
  ...signUpOperations,
  ...accountInvitationOperations,
  ...groupOperations,
  ...groupMemberOperations,
  ...appUsageOperations,
  ...apiUsageOperations,
  ...brandingOperations,
  ...auditOperations,
];
