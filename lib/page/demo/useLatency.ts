import { useEffect, useState } from "preact/hooks";
import { type Latency, measureLatency } from "./latency";
import type { Engines } from "./network";

const samples = 60;
/** Frames of the camera whose times are shown. */
const frames = 200;

/**
 * Times of an image: measured in a row after each picture that stays, of each frame where they come one after the other.
 * @returns the times, what takes the time of a frame, and what measures again.
 */
export function useLatency(engines: Engines | null, image: Float32Array | null, live: boolean) {
  const [latency, setLatency] = useState<Latency | null>(null);
  const [again, setAgain] = useState(0);
  useEffect(() => {
    if (!engines || !image || live) return;
    let alive = true;
    measureLatency(engines.fast, image, samples, () => alive)
      .then((found) => {
        if (alive && found) setLatency(found);
      })
      // An engine that was disposed of meanwhile: another one is measured.
      .catch(() => {});
    return () => {
      alive = false;
    };
  }, [engines, live ? null : image, live, again]);
  const frame = (ms: number) =>
    setLatency((shown) => ({
      calls: 1,
      samples: [...(shown?.calls === 1 ? shown.samples : []), ms].slice(-frames),
    }));
  return { latency, frame, measure: () => setAgain((n) => n + 1) };
}
