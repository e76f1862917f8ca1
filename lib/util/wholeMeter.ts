import { type WholeWork, wholeShare } from "./progress";

/** Follows a work through its pieces, for the time that is left of all of it. */
export interface WholeMeter {
  /** A piece begins; without a whole, one that belongs to no longer work. */
  begin(whole: WholeWork | undefined): void;
  /** `share` of the piece is done. */
  update(share: number): void;
  /** Undefined outside a whole, and before anything of it is done. */
  remaining(): { readonly name: string; readonly seconds: number } | undefined;
}

/** A first report sooner than this, in milliseconds, is of work done before this process began. */
const resumedWithin = 1000;

/**
 * Time left at the mean rate since the work began in this process, over everything that happened: also what lies
 * between the pieces, such as evaluations and files. What was done earlier, by a run that was resumed, says nothing of
 * the rate.
 *
 * @param now milliseconds.
 */
export function wholeMeter(now: () => number): WholeMeter {
  let piece: WholeWork | undefined;
  let share = 0;
  let first = { name: "", at: 0, share: 0, moved: false };
  return {
    begin(whole) {
      piece = whole;
      if (whole === undefined) return;
      const begins = wholeShare(whole, 0);
      const goesOn = whole.name === first.name && begins >= share - 1e-9;
      if (!goesOn) first = { name: whole.name, at: now(), share: begins, moved: false };
      share = begins;
    },
    update(done) {
      if (piece === undefined) return;
      share = wholeShare(piece, done);
      if (!first.moved && now() - first.at < resumedWithin) first = { ...first, at: now(), share };
      first.moved = true;
    },
    remaining() {
      if (piece === undefined) return undefined;
      const [done, seconds] = [share - first.share, (now() - first.at) / 1000];
      return done > 0 && seconds > 0
        ? { name: piece.name, seconds: ((1 - share) / done) * seconds }
        : undefined;
    },
  };
}
