import { describe, expect, it } from "vitest";
import type { WholeWork } from "../../lib/util/progress";
import { lineProgress } from "../../lib/util/progressSinks";
import { wholeMeter } from "../../lib/util/wholeMeter";

const piece = (before: number, own = 1, total = 4): WholeWork => ({ name: "search", before, own, total });

function meter() {
  let at = 0;
  const whole = wholeMeter(() => 1000 * at);
  return {
    whole,
    at(second: number, act: (own: typeof whole) => void = () => {}) {
      at = second;
      act(whole);
      return whole.remaining()?.seconds;
    },
  };
}

describe("wholeMeter", () => {
  it("knows nothing before anything is done, and outside a longer work", () => {
    const { at } = meter();
    expect(at(0, (own) => own.update(0.5))).toBeUndefined();
    expect(at(0, (own) => own.begin(piece(0)))).toBeUndefined();
    expect(at(5, (own) => own.begin(undefined))).toBeUndefined();
  });

  it("gives the time of all pieces, with what lies between them", () => {
    const { at } = meter();
    at(0, (own) => own.begin(piece(0)));
    // Half of the first of four pieces in 10 s: 70 s for the other 3.5.
    expect(at(10, (own) => own.update(0.5))).toBeCloseTo(70, 9);
    expect(at(20, (own) => own.update(1))).toBeCloseTo(60, 9);
    // 20 s of files and evaluations that nobody reports belong to the time a piece takes.
    expect(at(40, (own) => own.begin(piece(1)))).toBeCloseTo(120, 9);
    expect(at(60, (own) => own.update(1))).toBeCloseTo(60, 9);
    expect(at(60, (own) => own.begin(piece(3)))).toBeCloseTo(20, 9);
  });

  it("takes what an earlier run has done for no sign of the rate", () => {
    const { at } = meter();
    at(0, (own) => own.begin(piece(2)));
    at(0.1, (own) => own.update(0.5));
    expect(at(10.1, (own) => own.update(1))).toBeCloseTo(20, 9);
  });

  it("begins anew with another work, and with the same one from its start", () => {
    const { at } = meter();
    at(0, (own) => own.begin(piece(3)));
    at(100, (own) => own.update(1));
    expect(at(100, (own) => own.begin(piece(0)))).toBeUndefined();
    expect(at(110, (own) => own.update(1))).toBeCloseTo(30, 9);
  });
});

describe("a line of progress", () => {
  it("says the time left of the piece, and of all the work", () => {
    let [at, text] = [0, ""];
    const progress = lineProgress({ write: (part) => (text += part) }, () => 1000 * at);
    progress.start("epoch 1/4", 10, "steps", piece(0));
    at = 10;
    progress.update(5, { loss: "2.30" });
    expect(text.split("\n")[1]).toBe(
      "epoch 1/4: 50% 5/10 steps, 0.5 steps/s, 0:10 left, search 1:10 left, loss 2.30",
    );
    progress.start("downloading", 10, "MB");
    at = 20;
    progress.update(5);
    expect(text.split("\n")[3]).toBe("downloading: 50% 5/10 MB, 0.5 MB/s, 0:10 left");
  });
});
