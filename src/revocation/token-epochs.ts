import { EPOCH_KINDS, type EpochKind } from './epochs.ts';

/** By kind, as they were read before something was decided; what is not there is 0. */
export type Epochs = Readonly<Partial<Record<EpochKind, number>>>;

/**
 * The claim `ep` of our access tokens: the number of the database's life, and the epochs in the order of EPOCH_KINDS, zeros
 * at the end left out. A token without it was issued by a version of this server that had no epochs.
 */
export function toEp(incarnation: number, epochs: Epochs): number[] {
  const numbers = [incarnation, ...EPOCH_KINDS.map((kind) => epochs[kind] ?? 0)];
  return numbers.slice(0, numbers.findLastIndex((number, index) => index === 0 || number !== 0) + 1);
}

/** What of a token an epoch can end. */
interface Bearer {
  readonly clientId: string;
  readonly subject: string;
  readonly audience: string;
  readonly ep: readonly number[] | undefined;
}

/** The names under which a token has epochs, and those that it bears. */
export function epochsOf({ clientId, subject, audience, ep = [] }: Bearer) {
  const values: Record<EpochKind, string> = {
    client: clientId,
    account: subject,
    consent: `${subject} ${clientId}`,
    subscription: `${clientId} ${audience}`,
    api: audience,
    roles: `${subject} ${audience}`,
    'api-roles': audience,
    'client-tokens': clientId,
  };
  return EPOCH_KINDS.map((kind, index) => ({ kind, value: values[kind], epoch: ep[index + 1] ?? 0 }));
}

/** The claim as a token of ours has it; null for one that we do not write. */
export function readEp(claim: unknown): readonly number[] | undefined | null {
  if (claim === undefined) return undefined;
  const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  return Array.isArray(claim) && claim.length > 0 && claim.every(isWhole) ? claim : null;
}
