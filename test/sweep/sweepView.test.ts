import { describe, expect, it } from "vitest";
import { bothProgress, isJobMessage, type JobMessage, messageProgress } from "../../lib/sweep/jobMessages";
import type { SweepEvent } from "../../lib/sweep/runSweep";
import type { SweepJob } from "../../lib/sweep/sweepJob";
import { sweepView } from "../../lib/sweep/sweepView";
import { poolSize } from "../../lib/util/poolSize";
import { partOf } from "../../lib/util/progress";

const esc = String.fromCharCode(27);
const up = `${esc}\\[`;
const job = (name: string) => ({ name }) as SweepJob;
const [a, b, c, d] = ["a", "b", "c", "d"].map(job) as [SweepJob, SweepJob, SweepJob, SweepJob];
const message: JobMessage = {
  kind: "bars.job-progress",
  title: "epoch 3/10",
  done: 20,
  total: 80,
  unit: "batches",
  figures: { loss: "1.234" },
  job: null,
};

/** What a view writes for events at given seconds. */
function shown(
  isTTY: boolean,
  events: readonly (readonly [number, SweepEvent])[],
  more: object = {},
): string {
  let text = "";
  let now = 0;
  const stream = {
    isTTY,
    ...more,
    write: (part: string) => {
      text += part;
    },
  };
  const view = sweepView(4, stream, () => now);
  for (const [at, event] of events) {
    now = 1000 * at;
    view.see(event);
  }
  view.close();
  return text;
}

const story: readonly (readonly [number, SweepEvent])[] = [
  [0, { type: "finished", job: d, here: false }],
  [0, { type: "elsewhere", job: c, owner: "pid 7 on far" }],
  [1, { type: "started", job: a, pid: 1 }],
  [2, { type: "started", job: b, pid: 2 }],
  [40, { type: "progress", job: a, message }],
  [41, { type: "progress", job: a, message: { ...message, done: 40 } }],
  [61, { type: "failed", job: a, detail: "the loss became NaN", here: true }],
  [62, { type: "finished", job: b, here: true }],
  [70, { type: "interrupted", job: c }],
];

describe("sweepView", () => {
  it("in a log writes a line for what happens, and how the running jobs stand every half minute", () => {
    expect(shown(false, story)).toBe(`elsewhere    c (pid 7 on far)
started      a (pid 1)
started      b (pid 2)
1/4 jobs finished, 1 of them earlier, 2 running, 1 elsewhere; 0:40
  a  0:39  epoch 3/10 25% of 80 batches, loss 1.234
  b  0:38
failed       a after 1:00: the loss became NaN
finished     b after 1:00
interrupted  c, saved
2/4 jobs finished, 1 of them earlier, 1 failed, 1 interrupted; 1:10
`);
  });

  it("says how long each job and the whole sweep will take, parts of resumed jobs counted as parts", () => {
    const text = shown(false, [
      [0, { type: "started", job: a, pid: 1 }],
      [0, { type: "progress", job: a, message: { ...message, job: 0.5 } }],
      [10, { type: "started", job: b, pid: 2 }],
      // 40 s for a quarter of job a: 40 s to its end, and 3.25 jobs are left of which 0.25 took 40 s.
      [40, { type: "progress", job: a, message: { ...message, job: 0.75 } }],
      [80, { type: "finished", job: a, here: true }],
      // Half a job in 80 s before; half of b since. 1 job in 110 s, 2.5 are left.
      [110, { type: "progress", job: b, message: { ...message, done: 40, job: 0 } }],
      [111, { type: "progress", job: b, message: { ...message, done: 40, job: 0.5 } }],
      [150, { type: "progress", job: b, message: { ...message, done: 60, job: 0.5 } }],
    ]);
    expect(text).toContain(
      "0/4 jobs finished, 2 running; 0:40, about 8:40 left\n  a  0:40, about 0:40 left  epoch 3/10 25% of 80 batches, loss 1.234\n  b  0:30\n",
    );
    expect(text).toContain("1/4 jobs finished, 1 running; 2:30, about 6:15 left\n  b  2:20, about 2:20 left");
  });

  it("on a terminal keeps a block of one line for the sweep and one for each running job, that changes in place", () => {
    const text = shown(true, story);
    const last = text.split(new RegExp(`${up}\\d+A${esc}\\[0J`));
    expect(last.at(-1)).toBe("2/4 jobs finished, 1 of them earlier, 1 failed, 1 interrupted; 1:10\n");
    const running = last.find((block) => block.includes("50% of 80"));
    expect(running).toBe(
      "1/4 jobs finished, 1 of them earlier, 2 running, 1 elsewhere; 0:41\n  a  0:40  epoch 3/10 50% of 80 batches, loss 1.234\n  b  0:39\n",
    );
    // Every block is taken away by as many lines as it has.
    for (const [, before, lines] of text.matchAll(new RegExp(`([12]/4[\\s\\S]*?)${up}(\\d+)A`, "g"))) {
      expect((before as string).split("\n").length - 1).toBe(Number(lines));
    }
  });

  it("cuts lines to the terminal's width, because a wrapped one would be taken away by half", () => {
    const text = shown(true, [[1, { type: "started", job: job("x".repeat(100)), pid: 3 }]], { columns: 30 });
    const lines = text.split("\n").filter((line) => line.startsWith("  x"));
    expect(lines.map((line) => line.length)).toEqual([29]);
    expect(lines[0]?.endsWith("…")).toBe(true);
  });
});

describe("messageProgress", () => {
  it("sends every beginning, and updates no faster than its interval", () => {
    const sent: JobMessage[] = [];
    let now = 0;
    const progress = messageProgress(
      (one) => sent.push(one),
      500,
      () => now,
    );
    progress.start("epoch 1/2", 10, "batches");
    for (now = 100; now <= 1200; now += 100) progress.update(now / 100, { loss: "1" });
    progress.stop();
    progress.start("epoch 2/2", 10, "batches");
    expect(sent.map(({ title, done }) => [title, done])).toEqual([
      ["epoch 1/2", 0],
      ["epoch 1/2", 5],
      ["epoch 1/2", 10],
      ["epoch 2/2", 0],
    ]);
    expect(sent.every(isJobMessage)).toBe(true);
    expect([null, {}, { kind: "other" }, "x"].some(isJobMessage)).toBe(false);
  });

  it("says what share of the job is done, of all its steps", () => {
    const sent: JobMessage[] = [];
    const progress = messageProgress((one) => sent.push(one), 0);
    const whole = { name: "job", before: 1, own: 1, total: 2 };
    const train = partOf(progress, whole);
    progress.start("downloading", 10, "MB");
    train.start("epoch 1/2", 10, "steps", { name: "training", before: 0, own: 30, total: 60 });
    train.update(5);
    train.start("unpacking", 2, "files");
    train.update(1);
    train.start("epoch 2/2", 10, "steps", { name: "training", before: 30, own: 30, total: 60 });
    train.update(10);
    expect(sent.map(({ job }) => job)).toEqual([null, 0.5, 0.625, 0.625, 0.625, 0.75, 1]);
  });

  it("can be heard beside another sink", () => {
    const heard: string[] = [];
    const sink = (name: string) => ({
      start: (title: string) => heard.push(`${name} start ${title}`),
      update: (done: number) => heard.push(`${name} ${done}`),
      stop: (summary?: string) => heard.push(`${name} stop ${summary}`),
    });
    const both = bothProgress(sink("1"), sink("2"));
    both.start("t", 2, "u");
    both.update(1);
    both.stop("s");
    expect(heard).toEqual(["1 start t", "2 start t", "1 1", "2 1", "1 stop s", "2 stop s"]);
  });
});

describe("poolSize", () => {
  const gib = 2 ** 30;
  const machine = { cores: 8, freeBytes: 64 * gib };

  it.each([
    { waiting: 100, asked: {}, on: machine, size: { jobs: 8, threads: 1 } },
    { waiting: 2, asked: {}, on: machine, size: { jobs: 2, threads: 4 } },
    { waiting: 100, asked: {}, on: { cores: 8, freeBytes: 7 * gib }, size: { jobs: 3, threads: 2 } },
    { waiting: 100, asked: { jobBytes: 20 * gib }, on: machine, size: { jobs: 3, threads: 2 } },
    { waiting: 100, asked: { threads: 3 }, on: machine, size: { jobs: 2, threads: 3 } },
    { waiting: 100, asked: { jobs: 5 }, on: machine, size: { jobs: 5, threads: 1 } },
    { waiting: 1, asked: { jobs: 5, threads: 9 }, on: machine, size: { jobs: 5, threads: 9 } },
    { waiting: 9, asked: {}, on: { cores: 1, freeBytes: 0 }, size: { jobs: 1, threads: 1 } },
    { waiting: 9, asked: { threads: 16 }, on: machine, size: { jobs: 1, threads: 16 } },
  ])("shares out $on for $waiting jobs with $asked: $size", ({ waiting, asked, on, size }) => {
    expect(poolSize(waiting, asked, on)).toEqual(size);
  });

  it("refuses numbers that are none", () => {
    expect(() => poolSize(1, { jobs: 0 })).toThrow(
      "poolSize: jobs must be a whole number of at least 1, got 0.",
    );
    expect(() => poolSize(1, { threads: 1.5 })).toThrow(
      "poolSize: threads must be a whole number of at least 1, got 1.5.",
    );
  });

  it("knows the machine it runs on", () => {
    const { jobs, threads } = poolSize(1000);
    expect(jobs).toBeGreaterThanOrEqual(1);
    expect(threads).toBeGreaterThanOrEqual(1);
  });
});
