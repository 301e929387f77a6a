/** How much there is of everything. */
export interface Size {
  readonly teams: number;
  readonly people: number;
  readonly apps: number;
  readonly secrets: number;
  /** One more than a prime number, so that an app's ten subscriptions are of ten APIs. */
  readonly apis: number;
  readonly subscriptions: number;
  readonly roles: number;
  readonly groups: number;
  readonly mails: number;
  readonly auditEvents: number;
  readonly requests: number;
  /** Of usage, by the hour. */
  readonly days: number;
}

export const WHOLE: Size = {
  teams: 300,
  people: 2000,
  apps: 5000,
  secrets: 15_000,
  apis: 200,
  subscriptions: 50_000,
  roles: 400,
  groups: 100,
  mails: 5000,
  auditEvents: 200_000,
  requests: 200_000,
  days: 365,
};

/** Enough for every list to have another page. */
export const SMALL: Size = {
  teams: 60,
  people: 60,
  apps: 60,
  secrets: 180,
  apis: 60,
  subscriptions: 600,
  roles: 60,
  groups: 60,
  mails: 60,
  auditEvents: 300,
  requests: 300,
  days: 3,
};

/** The large ones among equals: so many apps and people are in the first team, which owns so many APIs. */
export const FIRST_TEAM = { apps: 200, people: 200, apis: 20 };
/** Apps that do something every hour; the others do once a day. */
export const BUSY_APPS = 50;
