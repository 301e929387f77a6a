import { isObject, isWhole, type Signed } from '../remote/signed.ts';
import type { JsonObject } from '../token/strict-json.ts';
import { DEAD, type Epochs, fingerprintOf, indexOf, isName, MOST_BITS } from './segments.ts';

/** Characters of an answer. Both have room for more than four times of what the issuer sends. */
export const MOST_OF_DOCUMENT = 400_000;
export const MOST_OF_SEGMENT = 400_000;

/** The life of the issuer's database that everything is about. */
export interface Incarnation {
  readonly inc: number;
  /** Unix seconds: when it began. A later one replaces an earlier one. */
  readonly since: number;
}

export interface EpochDocument extends Incarnation {
  readonly iat: number;
  readonly bits: number;
  /** Of each segment, 2^bits of them. */
  readonly fingerprints: readonly string[];
  /** The only segment, where there is one: it comes along. */
  readonly only: Epochs | undefined;
  readonly signer: string;
}

/** The list of segments. @throws for one of another issuer, or of a shape that was never agreed */
export function readDocument({ payload, signer }: Signed, issuer: string): EpochDocument {
  const { iat, bits } = payload;
  const incarnation = readIncarnation(payload, issuer);
  if (!isWhole(iat)) throw new Error('the epochs have no place in time');
  if (!isWhole(bits) || bits > MOST_BITS) throw new Error('the epochs are in too many segments');
  const only = bits === 0 ? readEpochs(payload, bits, 0) : undefined;
  const fingerprints = only ? [fingerprintOf(only)] : readFingerprints(payload, 2 ** bits);
  return { ...incarnation, iat, bits, fingerprints, only, signer };
}

export interface EpochSegment {
  readonly epochs: Epochs;
  readonly signer: string;
}

/** One segment. @throws for one that was not asked for */
export function readSegment(
  { payload, signer }: Signed,
  wanted: { readonly issuer: string; readonly inc: number; readonly bits: number; readonly index: number },
): EpochSegment {
  const { inc } = readIncarnation(payload, wanted.issuer);
  const { bits, index } = payload;
  if (inc !== wanted.inc) throw new Error('the segment is of another incarnation');
  if (bits !== wanted.bits || index !== wanted.index) throw new Error('this is another segment');
  return { epochs: readEpochs(payload, wanted.bits, wanted.index), signer };
}

function readIncarnation({ iss, inc, since }: JsonObject, issuer: string): Incarnation {
  if (iss !== issuer) throw new Error('the epochs are of another issuer');
  if (!isWhole(inc) || !isWhole(since)) throw new Error('the epochs are of no incarnation');
  return { inc, since };
}

function readFingerprints({ segments }: JsonObject, count: number): readonly string[] {
  const isList = Array.isArray(segments) && segments.length === count;
  if (!isList || !segments.every((one) => typeof one === 'string' && isName(one))) {
    throw new Error('the list of segments is wrong');
  }
  return segments;
}

function readEpochs({ epochs }: JsonObject, bits: number, index: number): Epochs {
  if (!isObject(epochs)) throw new Error('there are no epochs');
  const entries = Object.entries(epochs);
  const isEntry = ([name, epoch]: [string, unknown]) =>
    isName(name) && indexOf(name, bits) === index && (epoch === DEAD || (isWhole(epoch) && epoch > 0));
  if (!entries.every(isEntry)) throw new Error('this is no epoch, or not one of this segment');
  return new Map(entries as [string, number][]);
}
