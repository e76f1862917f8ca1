/** An axis that counts finished epochs, from 0 to `last`. */
export function epochAxis(last: number, titled = true): Record<string, unknown> {
  const room = Math.max(last, 1) * 0.02;
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((s) => last / s <= 6) ?? 1000;
  return {
    range: [-room, Math.max(last, 1) + room],
    dtick: step,
    title: { text: titled ? "epochs done" : "" },
  };
}
