export { CATALOG_TOPIC } from '../db/changes.ts';
