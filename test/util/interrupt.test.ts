import { expect, it } from "vitest";
import { openInterrupt } from "../../lib/util/interrupt";

const turn = () => new Promise((done) => setImmediate(done));

it("aborts at the first Ctrl-C and then stops listening, so that a second one ends the process", async () => {
  const before = process.listenerCount("SIGINT");
  const interrupt = openInterrupt();
  await turn();
  expect(process.listenerCount("SIGINT")).toBe(before + 1);
  process.emit("SIGINT");
  expect(interrupt.signal.aborted).toBe(true);
  expect(process.listenerCount("SIGINT")).toBe(before);
});

it("follows an outer signal, also one that is aborted already", () => {
  const outer = new AbortController();
  const interrupt = openInterrupt(outer.signal);
  expect(interrupt.signal.aborted).toBe(false);
  outer.abort();
  expect(interrupt.signal.aborted).toBe(true);
  expect(openInterrupt(outer.signal).signal.aborted).toBe(true);
});

it("leaves no listener behind when it is closed, even before it began to listen", async () => {
  const before = process.listenerCount("SIGTERM");
  openInterrupt().close();
  await turn();
  expect(process.listenerCount("SIGTERM")).toBe(before);
});
