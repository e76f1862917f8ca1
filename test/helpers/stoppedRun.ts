import { expect } from "vitest";

/** Starts a run and stops it after so many steps, as Ctrl-C does. */
export async function stoppedAfter(
  steps: number,
  run: (options: { readonly signal: AbortSignal; readonly onStep: () => void }) => Promise<unknown>,
): Promise<void> {
  const controller = new AbortController();
  let left = steps;
  const onStep = () => {
    left -= 1;
    if (left === 0) controller.abort();
  };
  await expect(run({ signal: controller.signal, onStep })).rejects.toThrow("everything is saved");
}
