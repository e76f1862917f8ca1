/** The 97.5 % point of the normal distribution. */
const z = 1.959963984540054;

/**
 * Wilson's score interval of a share, 95 %: with `p = correct / count` and `z = 1.96`,
 * `(p + z²/2n ± z sqrt(p (1 − p) / n + z²/4n²)) / (1 + z²/n)`. It stays inside [0, 1] and is sound near its ends,
 * where `p ± z sqrt(p (1 − p) / n)` is not.
 *
 * @throws RangeError unless `0 ≤ correct ≤ count` and `count ≥ 1`, whole numbers.
 *
 * Reference: Wilson 1927, JASA 22, 209-212; Brown, Cai & DasGupta 2001.
 */
export function wilsonInterval(correct: number, count: number): [number, number] {
  const whole = Number.isInteger(correct) && Number.isInteger(count);
  if (!whole || count < 1 || correct < 0 || correct > count) {
    throw new RangeError(
      `wilsonInterval: expected whole numbers 0 <= correct <= count, count >= 1, got ${correct} of ${count}.`,
    );
  }
  const share = correct / count;
  const squared = (z * z) / count;
  const middle = (share + squared / 2) / (1 + squared);
  const half = (z * Math.sqrt((share * (1 - share)) / count + squared / (4 * count))) / (1 + squared);
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}
