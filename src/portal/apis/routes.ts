import type { Area } from '../parts.ts';
import { addApiCreation, addApiEditing } from './edit.ts';
import { addApiEnds } from './ends.ts';
import { addApiList } from './list.ts';
import { addProtectPage } from './protect-page.ts';
import { addApiPage } from './show.ts';
import { addSubscriptionLists } from './subscribers.ts';

/** The catalogue of APIs, for those who use them and for those who publish them. */
export function addApis(area: Area): void {
  addApiList(area);
  addApiCreation(area);
  addApiPage(area);
  addProtectPage(area);
  addApiEditing(area);
  addApiEnds(area);
  addSubscriptionLists(area);
}
