/** What changes when an app, a secret, an API, a scope or a subscription does. */
export const CATALOG_TOPIC = 'catalog';
