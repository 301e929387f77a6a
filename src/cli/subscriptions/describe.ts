import type { ListedSubscription } from '../../subscriptions/lists.ts';
import { formatDay, formatFields } from '../output.ts';

export function describeSubscription(row: ListedSubscription): string {
  const some = (name: string, value: string | null | undefined) => (value ? [[name, value] as const] : []);
  return formatFields([
    ['id', row.id],
    ['app', `${row.appName} (${row.client_id})`],
    ['API', `${row.apiName} (${row.apiIdentifier})`],
    ['state', row.state],
    ...some('scopes', row.scopes.join(' ')),
    ...some('waiting', row.pending_scopes?.join(' ')),
    ...some('asked for', row.pending_reason),
    ...some('note', row.note),
    ...some('decided', row.decided_at && formatDay(row.decided_at)),
  ]);
}
