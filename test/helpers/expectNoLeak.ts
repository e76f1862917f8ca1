import { expect } from "vitest";
import { tf } from "../../lib/backend";

function expectSameCount(before: number): void {
  const left = tf.memory().numTensors - before;
  expect(left, "tensors left behind (negative: disposed tensors that were there before)").toBe(0);
}

/**
 * Runs `body` and fails unless exactly as many tensors are alive after it as before. `body` disposes of what it
 * made, results included. A tensor engine must be running.
 */
export function expectNoLeak<T>(body: () => T): T {
  const before = tf.memory().numTensors;
  const result = body();
  if (result instanceof Promise) {
    throw new Error("expectNoLeak: expected a synchronous body, got a promise; use expectNoLeakAsync.");
  }
  expectSameCount(before);
  return result;
}

/** {@link expectNoLeak} for a body that awaits. Nothing else may make or dispose tensors meanwhile. */
export async function expectNoLeakAsync<T>(body: () => Promise<T>): Promise<T> {
  const before = tf.memory().numTensors;
  const result = await body();
  expectSameCount(before);
  return result;
}
