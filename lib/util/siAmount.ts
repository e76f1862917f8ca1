/** Three significant digits with an SI prefix: `1234567` → `"1.23 M"`. */
export function siAmount(value: number): string {
  const steps: [number, string][] = [
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "k"],
  ];
  const [scale, prefix] = steps.find(([size]) => Math.abs(value) >= 0.9995 * size) ?? [1, ""];
  return `${Number((value / scale).toPrecision(3))} ${prefix}`.trimEnd();
}
