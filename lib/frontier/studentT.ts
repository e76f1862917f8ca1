/**
 * Quantile of Student's t distribution: the `t` with `P(T <= t) = probability`.
 *
 * Inverts `P(T <= t) = 1 - I_{dof / (dof + t²)}(dof / 2, 1 / 2) / 2` for `t >= 0` by bisection (the incomplete
 * beta function `I` falls steadily in `t`); accurate to about 1e-12 relative.
 *
 * @param probability inside (0, 1).
 * @param dof degrees of freedom, at least 1.
 * @throws RangeError for arguments outside of these.
 *
 * Reference: Abramowitz & Stegun 1964, "Handbook of Mathematical Functions", 26.5.27 and 26.7.1.
 */
export function studentTQuantile(probability: number, dof: number): number {
  if (!(probability > 0 && probability < 1) || !(dof >= 1)) {
    throw new RangeError(
      `studentTQuantile: expected a probability inside (0, 1) and at least 1 degree of freedom, got ${probability} and ${dof}.`,
    );
  }
  if (probability === 0.5) return 0;
  if (probability < 0.5) return -studentTQuantile(1 - probability, dof);
  const tail = 1 - probability;
  let low = 0;
  let high = 1;
  while (studentTTail(high, dof) > tail) high *= 2;
  for (let i = 0; i < 200 && high - low > 1e-13 * high; i++) {
    const middle = (low + high) / 2;
    if (studentTTail(middle, dof) > tail) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** `P(T > t)` of Student's t distribution, for `t >= 0`. */
export function studentTTail(t: number, dof: number): number {
  return incompleteBeta(dof / (dof + t * t), dof / 2, 0.5) / 2;
}

/**
 * Regularised incomplete beta function `I_x(a, b)`, for `x` in [0, 1], by its continued fraction (Lentz's method;
 * Abramowitz & Stegun 26.5.8).
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast only on this side of the mean.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x) - Math.log(a),
  );
  let c = 1;
  let d = 1 / safe(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= 300; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / safe(1 + even * d);
    c = safe(1 + even / c);
    fraction *= c * d;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / safe(1 + odd * d);
    c = safe(1 + odd / c);
    fraction *= c * d;
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return front * fraction;
}

function safe(value: number): number {
  return Math.abs(value) < 1e-300 ? 1e-300 : value;
}

/**
 * `ln Γ(x)` for `x > 0`: Stirling's series after moving `x` above 10 with `Γ(x + 1) = x Γ(x)`
 * (Abramowitz & Stegun 6.1.40 and 6.1.15). The first term left out is below 1e-15 there.
 */
export function logGamma(x: number): number {
  let shift = 0;
  let y = x;
  while (y < 10) shift += Math.log(y++);
  const inverse = 1 / (y * y);
  const series =
    (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse * (1 / 1680 - inverse / 1188)))) / y;
  return (y - 0.5) * Math.log(y) - y + 0.5 * Math.log(2 * Math.PI) + series - shift;
}
