/** The portal is a client of this server like any other: public, with PKCE, and known to be ours. */
export const PORTAL_CLIENT = 'latchkey-portal';
