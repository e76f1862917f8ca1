import { beforeAll, describe, expect, it } from "vitest";
import { startBackend, tf } from "../../lib/backend";
import { expectNoLeak, expectNoLeakAsync } from "./expectNoLeak";

describe("expectNoLeak", () => {
  beforeAll(async () => {
    await startBackend("cpu");
  });

  it("fails when a tensor is left behind, and when one too many is disposed", async () => {
    const kept = tf.scalar(1);
    expect(() => expectNoLeak(() => tf.scalar(2))).toThrow("tensors left behind");
    expect(() => expectNoLeak(() => kept.dispose())).toThrow("tensors left behind");
    await expect(expectNoLeakAsync(async () => tf.scalar(2))).rejects.toThrow("tensors left behind");
  });

  it("passes the result of a clean body on", async () => {
    expect(expectNoLeak(() => tf.tidy(() => tf.scalar(3).dataSync()[0]))).toBe(3);
    expect(await expectNoLeakAsync(async () => tf.tidy(() => tf.scalar(4).dataSync()[0]))).toBe(4);
  });

  it("refuses a body that returns a promise", () => {
    expect(() => expectNoLeak(async () => 1)).toThrow("use expectNoLeakAsync");
  });
});
