/** What the commands print with `--json`, as far as the specs look at it. */
export interface AppAnswer {
  client_id: string;
  client_secret?: string;
  secret_id?: string;
}

export interface SecretAnswer {
  secret_id: string;
  client_secret: string;
}

export const credentialsOf = (app: AppAnswer) => ({ clientId: app.client_id, clientSecret: app.client_secret ?? '' });
