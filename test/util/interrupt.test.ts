import { describe, expect, it } from "vitest";
import { InterruptedError } from "../../lib/util/errors";
import { openInterrupt, unlessStopped } from "../../lib/util/interrupt";

const turn = () => new Promise((done) => setImmediate(done));

it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "aborts at the first %s and listens until it is closed, so that another does not end the process while it saves",
  async (name) => {
    const before = process.listenerCount(name);
    const interrupt = openInterrupt();
    await turn();
    expect(process.listenerCount(name)).toBe(before + 1);
    process.emit(name);
    expect(interrupt.signal.aborted).toBe(true);
    process.emit(name);
    expect(process.listenerCount(name)).toBe(before + 1);
    interrupt.close();
    expect(process.listenerCount(name)).toBe(before);
  },
);

it("aborts when nobody reads the output any more, also one that is opened later", async () => {
  const interrupt = openInterrupt();
  process.stdout.emit("error", Object.assign(new Error("disk"), { code: "ENOSPC" }));
  expect(interrupt.signal.aborted).toBe(false);
  process.stdout.emit("error", Object.assign(new Error("gone"), { code: "EPIPE" }));
  expect(interrupt.signal.aborted).toBe(true);
  const later = openInterrupt();
  await turn();
  expect(later.signal.aborted).toBe(true);
  for (const { close } of [interrupt, later]) close();
});

it("follows an outer signal, also one that is aborted already", () => {
  const outer = new AbortController();
  const interrupt = openInterrupt(outer.signal);
  expect(interrupt.signal.aborted).toBe(false);
  outer.abort();
  expect(interrupt.signal.aborted).toBe(true);
  const later = openInterrupt(outer.signal);
  expect(later.signal.aborted).toBe(true);
  for (const { close } of [interrupt, later]) close();
});

it("leaves no listener behind when it is closed, even before it began to listen", async () => {
  const before = process.listenerCount("SIGTERM");
  openInterrupt().close();
  await turn();
  expect(process.listenerCount("SIGTERM")).toBe(before);
});

describe("unlessStopped", () => {
  const message =
    "search: stopped while it was starting; what was saved before is untouched. Run the same command again.";

  it("gives what the work gives, or its error", async () => {
    const { signal } = new AbortController();
    expect(await unlessStopped(signal, "search", async () => 3)).toBe(3);
    await expect(unlessStopped(signal, "search", () => Promise.reject(new Error("no")))).rejects.toThrow(
      "no",
    );
  });

  it("waits no longer once it is asked to stop, and hands on what comes later", async () => {
    const asked = new AbortController();
    const late: number[] = [];
    let arrive = (_: number) => {};
    const work = () => new Promise<number>((done) => (arrive = done));
    const waiting = unlessStopped(asked.signal, "search", work, (value) => late.push(value));
    asked.abort();
    await expect(waiting).rejects.toThrow(InterruptedError);
    await expect(waiting).rejects.toThrow(message);
    arrive(5);
    await turn();
    expect(late).toEqual([5]);
  });

  it("does not begin where it was asked before", async () => {
    const begun: string[] = [];
    const work = async () => void begun.push("begun");
    await expect(unlessStopped(AbortSignal.abort(), "search", work)).rejects.toThrow(message);
    expect(begun).toEqual([]);
  });
});
