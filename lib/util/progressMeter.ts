/** How far a piece of work is, as numbers and as text. Reads a clock it is given, in milliseconds. */
export interface ProgressMeter {
  update(done: number): void;
  readonly done: number;
  /** Units per second over the last {@link windowSeconds}; 0 before anything is done. */
  rate(): number;
  /** Seconds to the end at that rate; undefined before anything is done. */
  remainingSeconds(): number | undefined;
  elapsedSeconds(): number;
}

/** Long enough to smooth single steps, short enough to follow a machine that gets slower. */
const windowSeconds = 20;

export function progressMeter(total: number, now: () => number): ProgressMeter {
  const begun = now();
  let marks: { at: number; done: number }[] = [{ at: begun, done: 0 }];
  const last = () => marks[marks.length - 1] as { at: number; done: number };
  const meter: ProgressMeter = {
    update(done) {
      const at = now();
      // Work that is resumed begins at `done`: what was done before says nothing about the rate.
      if (marks.length === 1 && last().done === 0 && done > 0 && at - begun < 1) marks = [{ at, done }];
      else marks.push({ at, done });
      const oldest = at - windowSeconds * 1000;
      while (marks.length > 2 && (marks[1] as { at: number }).at < oldest) marks.shift();
    },
    get done() {
      return last().done;
    },
    rate() {
      const first = marks[0] as { at: number; done: number };
      const seconds = (last().at - first.at) / 1000;
      return seconds > 0 ? Math.max(0, (last().done - first.done) / seconds) : 0;
    },
    remainingSeconds() {
      const rate = meter.rate();
      return rate > 0 ? Math.max(0, total - last().done) / rate : undefined;
    },
    elapsedSeconds: () => (now() - begun) / 1000,
  };
  return meter;
}

/** `75` → `"1:15"`, `3725` → `"1:02:05"`; an unknown time is `"–"`. */
export function clockText(seconds: number | undefined): string {
  if (seconds === undefined || !Number.isFinite(seconds)) return "–";
  const whole = Math.round(seconds);
  const pad = (value: number) => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(whole % 60)}` : `${minutes}:${pad(whole % 60)}`;
}

/** `12.34` → `"12.3"`, `1234.5` → `"1235"`: three digits, or all of a large whole number. */
export function rateText(rate: number): string {
  return rate >= 100 ? rate.toFixed(0) : rate.toPrecision(3).replace(/\.?0+$/, "");
}

/** A bar of text, `"█████░░░░░"`. */
export function barText(share: number, letters = 24): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * letters);
  return "█".repeat(full) + "░".repeat(letters - full);
}
