import { afterEach, describe, expect, it, vi } from "vitest";
import type { SearchConfig } from "../../../lib/config/searchConfig";
import { svgToPng } from "../../../lib/figures/export/svgToPng";
import { costText } from "../../../lib/figures/notebook/dashboardSvg";
import { drawnDashboard, storedDashboard } from "../../../lib/figures/notebook/drawnDashboard";
import { searchDashboard } from "../../../lib/figures/notebook/searchDashboard";
import type { SearchMoment } from "../../../lib/records/searchMoment";
import type { SearchRecord } from "../../../lib/records/searchRecord";
import { madeUpRecord } from "../madeUpRecord";

const host = globalThis as { __tslab__?: unknown };

afterEach(() => {
  host.__tslab__ = undefined;
  vi.restoreAllMocks();
});

const stepsPerEpoch = 50;

/** Plays a search of a made-up record: each step takes `msPerStep` on the clock that the dashboard reads. */
function play(record: SearchRecord, msPerStep: number, drawMs = 0) {
  let time = 0;
  const pictures: { svg: string; text: string; at: number }[] = [];
  const board = drawnDashboard(
    record.config,
    (svg, text) => {
      time += drawMs;
      pictures.push({ svg, text, at: time });
    },
    { now: () => time },
  );
  return {
    board,
    pictures,
    step(epoch: number, step: number, changes: Partial<SearchMoment> = {}) {
      const entry = record.epochs[epoch];
      if (!entry) throw new Error(`the record has no epoch ${epoch}`);
      time += msPerStep;
      const moment: SearchMoment = {
        epoch,
        step,
        stepsPerEpoch,
        warmup: entry.warmup,
        weightLoss: entry.weightLoss,
        weightAccuracy: entry.weightAccuracy,
        alphaLoss: entry.alphaLoss?.crossEntropy ?? null,
        imagesPerSecond: 1234,
        alphas: () => entry.alphas,
        ...changes,
      };
      board.onStep(moment);
    },
    epochEnd(epoch: number) {
      board.onEpoch({ ...record, epochs: record.epochs.slice(0, epoch + 1) });
    },
  };
}

/** How many points each line of a picture has. */
function pointsOf(svg: string): number[] {
  return [...svg.matchAll(/<polyline points="([^"]*)"/g)].map(([, points]) => points?.split(" ").length ?? 0);
}

function playAll(record: SearchRecord, msPerStep: number, drawMs = 0) {
  const show = play(record, msPerStep, drawMs);
  for (let epoch = 0; epoch < record.epochs.length; epoch++) {
    for (let step = 1; step <= stepsPerEpoch; step++) show.step(epoch, step);
    show.epochEnd(epoch);
  }
  return show.pictures;
}

describe("searchDashboard", () => {
  it("shows share, time left, speed, losses and expected cost in its line of text", () => {
    const record = madeUpRecord("usual");
    const show = play(record, 1000);
    for (let step = 1; step <= 25; step++) show.step(5, step);
    const { text } = show.pictures.at(-1) ?? { text: "" };
    // 5.5 of 20 epochs of 50 steps; one step a second, so 14.5 epochs take 725 seconds.
    expect(text).toContain(
      "Epoch 6 of 20, step 25 of 50, 27 %, 12:05 left, 0:24 since the start, 1234 images/s",
    );
    expect(text).toContain(`weight loss ${record.epochs[5]?.weightLoss.toFixed(3)}`);
    expect(text).toContain(`alpha loss ${record.epochs[5]?.alphaLoss?.crossEntropy.toFixed(3)}`);
    expect(text).toMatch(/expected OPs \d+(\.\d+)?[kM]$/);
  });

  it("draws at most once a second, whatever the steps take, and ends with the finished state", () => {
    const pictures = playAll(madeUpRecord("usual"), 20);
    // 1000 steps of 20 ms: 20 s.
    expect(pictures.length).toBeGreaterThan(10);
    expect(pictures.length).toBeLessThanOrEqual(22);
    const gaps = pictures.slice(1, -1).map(({ at }, i) => at - (pictures[i]?.at ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1000);
    expect(pictures.at(-1)?.text).toContain("Finished: 20 epochs, 100 %");
  });

  it("draws so seldom that drawing takes at most 5 % of the time", () => {
    const drawMs = 200;
    const pictures = playAll(madeUpRecord("usual"), 100, drawMs);
    const total = pictures.at(-1)?.at ?? 0;
    expect((pictures.length * drawMs) / total).toBeLessThan(0.06);
  });

  it("keeps the picture small for the largest space, however many steps went before", () => {
    const record = madeUpRecord("wide");
    const show = play(record, 100);
    for (let epoch = 0; epoch < 20; epoch++)
      for (let step = 1; step <= 25; step++) show.step(epoch, 2 * step);
    const { length } = show.pictures;
    expect(length).toBeGreaterThan(40);
    const sizes = show.pictures.map(({ svg }) => svg.length);
    expect(svgToPng(show.pictures.at(-1)?.svg ?? "", 1.5).length).toBeLessThan(150_000);
    // Half as many points again change nothing: lines keep a bounded number of them.
    expect((sizes[length - 1] ?? 0) - (sizes[Math.floor(length / 2)] ?? 0)).toBeLessThan(5_000);
  });

  it("says how to go on when the search stops within an epoch, and nothing of it when an epoch ends", () => {
    const show = play(madeUpRecord("usual"), 1000);
    show.step(0, 7);
    show.board.progress.stop();
    expect(show.pictures.at(-1)?.text).toContain(
      "Stopped in epoch 1 after step 7 of 50. Run the cell again to go on.",
    );
    show.step(0, stepsPerEpoch);
    const { length } = show.pictures;
    show.board.progress.stop();
    expect(show.pictures).toHaveLength(length);
  });

  it("shows as loss the mean over the last epoch's worth of steps, so that its line runs on where an epoch ends", () => {
    const record = madeUpRecord("usual");
    const show = play(record, 1000);
    const shown: number[] = [];
    // A loss that falls by 0.01 a step: its mean over the last 50 steps does so too, 24.5 steps behind.
    for (let epoch = 0; epoch < 3; epoch++)
      for (let step = 1; step <= stepsPerEpoch; step++) {
        const first = 3 - 0.01 * epoch * stepsPerEpoch;
        show.step(epoch, step, { weightLoss: first - 0.01 * ((step - 1) / 2) });
        shown.push(Number(/weight loss (\d\.\d+)/.exec(show.pictures.at(-1)?.text ?? "")?.[1]));
      }
    expect(shown[0]).toBe(3);
    expect(shown[stepsPerEpoch - 1]).toBeCloseTo(3 - 0.245, 3);
    for (let done = stepsPerEpoch; done < shown.length; done++)
      expect(shown[done]).toBeCloseTo(3 - 0.01 * done + 0.01 * 24.5, 3);
  });

  it("shows the epochs from before a stop at once when the search goes on, and runs on from them", () => {
    const record = madeUpRecord("usual");
    const show = play(record, 1000);
    show.board.onStart({ ...record, status: "interrupted", epochs: record.epochs.slice(0, 8) });
    expect(show.pictures).toHaveLength(1);
    const { svg, text } = show.pictures[0] ?? { svg: "", text: "" };
    expect(text).toContain("Going on: 8 of 20 epochs were done before, 40 %");
    expect(text).toContain(`weight loss ${record.epochs[7]?.weightLoss.toFixed(3)}`);
    // Weight split from the first epoch, alpha split from the end of warm-up, cost.
    expect(pointsOf(svg)).toEqual([8, 4, 8, 2]);
    for (let step = 31; step <= 33; step++) show.step(8, step);
    expect(pointsOf(show.pictures.at(-1)?.svg ?? "")).toEqual([11, 7, 11, 2]);
  });

  it("draws a finished search once, with what its epochs took, and says that it was read", () => {
    const record = madeUpRecord("usual");
    const show = play(record, 1000);
    show.board.onStart(record);
    expect(show.pictures).toHaveLength(1);
    const { svg, text } = show.pictures[0] ?? { svg: "", text: "" };
    expect(text).toContain("Finished: 20 epochs, read from the record; nothing was trained now, 100 %");
    // 20 epochs of 600 seconds.
    expect(text).toContain("took 3:20:00, 40 images/s");
    expect(pointsOf(svg)).toEqual([20, 16, 20, 2]);
    expect(svg).toContain("read from the record; nothing was trained now</text>");
  });

  it("of a record alone says what became of the search, and what it took so far", () => {
    const record = madeUpRecord("usual");
    const epochs = record.epochs.slice(0, 3);
    const svg = storedDashboard({ ...record, epochs, status: "interrupted" }) as string;
    expect(svg).toContain(`Search: interrupted, 3 of ${record.config.epochs} epochs done`);
    expect(svg).toContain(" so far");
    expect(svg).not.toMatch(/left|since the start|Going on/);
    expect(storedDashboard(record)).toMatch(/Finished: .*100 %, took /s);
    expect(storedDashboard({ ...record, epochs: [] })).toBeNull();
  });

  it("has a line for the budget where the search has one", () => {
    const record = madeUpRecord("usual");
    const of = (method: SearchConfig["cost"]["method"]) =>
      storedDashboard({ ...record, config: { ...record.config, cost: { ...record.config.cost, method } } });
    expect(of("log")).toContain(">budget<");
    expect(of("none")).not.toContain("budget");
  });

  it("draws nothing before the first step of a new search", () => {
    const show = play(madeUpRecord("usual"), 1000);
    show.board.onStart({ ...madeUpRecord("usual"), status: "running", epochs: [] });
    expect(show.pictures).toEqual([]);
  });

  it("is one entry that changes in place, with words for the picture", () => {
    const sent: { data: Record<string, string>; metadata: unknown; transient: unknown; update: boolean }[] =
      [];
    const jupyter = {
      lastWriteDisplayData: (message: (typeof sent)[0], update: boolean) => sent.push({ ...message, update }),
    };
    const display = { raw() {} };
    host.__tslab__ = {
      require: (name: string) => (name === "tslab" ? { display, newDisplay: () => display } : jupyter),
    };
    const record = madeUpRecord("tiny");
    const board = searchDashboard(record.config);
    board.onEpoch?.({ ...record, epochs: record.epochs.slice(0, 1) });
    board.onEpoch?.(record);
    expect(sent.map(({ update }) => update)).toEqual([false, true]);
    expect(sent[0]?.transient).toEqual(sent[1]?.transient);
    const text = sent[1]?.data["text/plain"];
    expect(text).toContain("Finished: 2 epochs");
    expect(sent[1]?.metadata).toEqual({ "image/png": { width: 1000, height: 330, alt: text } });
  });

  it("is the usual progress outside a notebook", () => {
    const { config } = madeUpRecord("tiny") as { config: SearchConfig };
    expect(Object.keys(searchDashboard(config))).toEqual(["progress"]);
  });
});

describe("costText", () => {
  it.each([
    [12, "12"],
    [1234, "1.23k"],
    [5e6, "5M"],
    [12.34e9, "12.3G"],
  ])("writes %d as %s", (value, text) => {
    expect(costText(value)).toBe(text);
  });
});
