import type { AugmentConfig } from "../config/dataConfig";
import { fold, normal, permutation, type RandomKey, uniform } from "../random/randomKey";
import type { EpochBatch, Mix } from "./runPlans";

/** Whether batches are mixed at all. */
export function mixes(augment: AugmentConfig | null): boolean {
  return (augment?.mixup ?? 0) > 0 || (augment?.cutmix ?? 0) > 0;
}

/**
 * Mixes the images of a batch with those of the same batch in another order, in place, and says with which labels.
 *
 * - mixup: `x = λ x + (1 − λ) x'` with `λ ~ Beta(α, α)` (Zhang et al. 2017, arXiv:1710.09412)
 * - cutmix: a rectangle of `√(1 − λ)` of each side, its centre uniform in the image, comes from `x'`; `λ` then becomes
 *   the share of the image that stays (Yun et al. 2019, arXiv:1905.04899)
 *
 * Where both are asked for, each batch takes one of them at even odds. The loss is `λ CE(y) + (1 − λ) CE(y')`.
 *
 * @param key of the batch: everything drawn depends on it alone.
 */
export function mixBatch(
  batch: EpochBatch,
  augment: AugmentConfig,
  size: number,
  key: RandomKey,
): EpochBatch {
  const { mixup = 0, cutmix = 0 } = augment;
  const cuts = cutmix > 0 && (mixup === 0 || (uniform(fold(key, "which"), 1)[0] as number) < 0.5);
  const share = betaDraw(cuts ? cutmix : mixup, fold(key, "share"));
  const { images, labels } = batch;
  const count = labels.length;
  const order = permutation(fold(key, "partners"), count);
  const length = images.length / count;
  const before = Float32Array.from(images);
  let kept = share;
  if (cuts) {
    const channels = length / (size * size);
    const [u = 0, v = 0] = uniform(fold(key, "place"), 2);
    const half = (Math.sqrt(1 - share) * size) / 2;
    const span = (at: number) => [
      Math.max(0, Math.round(at * size - half)),
      Math.min(size, Math.round(at * size + half)),
    ];
    const [top = 0, bottom = 0] = span(u);
    const [left = 0, right = 0] = span(v);
    for (let i = 0; i < count; i++) {
      const from = (order[i] as number) * length;
      for (let y = top; y < bottom; y++) {
        const at = (y * size + left) * channels;
        const end = (y * size + right) * channels;
        images.set(before.subarray(from + at, from + end), i * length + at);
      }
    }
    kept = 1 - ((bottom - top) * (right - left)) / (size * size);
  } else {
    for (let i = 0; i < count; i++) {
      const from = (order[i] as number) * length;
      for (let k = 0; k < length; k++) {
        const at = i * length + k;
        images[at] = share * (before[at] as number) + (1 - share) * (before[from + k] as number);
      }
    }
  }
  const mix: Mix = { labels: Int32Array.from(order, (from) => labels[from] as number), share: kept };
  return { ...batch, mix };
}

/** One draw of Beta(a, a), from two gamma draws (Marsaglia & Tsang 2000), inside (0, 1). */
function betaDraw(a: number, key: RandomKey): number {
  const [x, y] = [gammaDraw(a, fold(key, 0)), gammaDraw(a, fold(key, 1))];
  return x + y > 0 ? x / (x + y) : 0.5;
}

function gammaDraw(a: number, key: RandomKey): number {
  const boost = a < 1 ? (uniform(fold(key, "boost"), 1)[0] as number) ** (1 / a) : 1;
  const d = (a < 1 ? a + 1 : a) - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (let attempt = 0; ; attempt++) {
    const own = fold(key, attempt);
    const z = normal(fold(own, "normal"), 1)[0] as number;
    const u = uniform(fold(own, "uniform"), 1)[0] as number;
    const v = (1 + c * z) ** 3;
    if (v > 0 && Math.log(1 - u) < 0.5 * z * z + d - d * v + d * Math.log(v)) return d * v * boost;
  }
}
