/** The prime of the field, and the constant of the curve (RFC 8032 §5.1). */
const P = 2n ** 255n - 19n;
const D = 37_095_705_934_669_439_343_138_083_508_754_565_189_542_113_879_843_219_016_388_785_533_085_940_283_555n;

const mod = (value: bigint) => ((value % P) + P) % P;

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let [square, rest] = [mod(base), exponent]; rest > 0n; square = mod(square * square), rest >>= 1n) {
    if (rest & 1n) result = mod(result * square);
  }
  return result;
}

/**
 * Whether 32 bytes are a public key that means something: the canonical form of a point of the curve (RFC 8032 §5.1.3) that
 * is not one of the eight of small order, with which a signature says nothing. Neither OpenSSL nor WebCrypto asks.
 */
export function isEd25519Point(bytes: Uint8Array): boolean {
  if (bytes.length !== 32) return false;
  const encoded = BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
  const y = encoded & (2n ** 255n - 1n);
  if (y >= P) return false;
  const ySquare = mod(y * y);
  const xSquare = mod((ySquare - 1n) * power(mod(D * ySquare + 1n), P - 2n));
  // Euler: a square to the half of P - 1 is 1. x = 0 is a point of small order.
  if (power(xSquare, (P - 1n) / 2n) !== 1n) return false;
  return !isOfSmallOrder(xSquare, ySquare);
}

/** Twice a point has y = 0 or x = 0 exactly where four or eight times it is the neutral one. */
function isOfSmallOrder(xSquare: bigint, ySquare: bigint): boolean {
  // The double of (x, y) on -x² + y² = 1 + dx²y² has y' = (y² + x²) / (1 - dx²y²), and x' = 0 where x or y is 0.
  return ySquare === 0n || mod(ySquare + xSquare) === 0n;
}
