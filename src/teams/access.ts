/** Where teams made it known; it is a room of its own because accounts, which teams lean on, ask it too. */
export * from '../access.ts';
