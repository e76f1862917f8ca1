import { describe, expect, it } from "vitest";
import { primitiveStyle, probabilityScale, shades } from "../../../lib/figures/frame/theme";
import { primitives } from "../../../lib/primitives/primitives";

/** Relative luminance of an sRGB colour (WCAG 2.1). */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const c = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

describe("theme", () => {
  it("gives every primitive a look of its own", () => {
    const looks = primitives.builtInNames.map((name) => JSON.stringify(primitiveStyle(name)));
    expect(new Set(looks).size).toBe(primitives.builtInNames.length);
  });

  it("darkens the probability scale steadily, so that a grey print keeps the order", () => {
    const lights = probabilityScale().map(([, color]) => luminance(color));
    expect([...lights].sort((a, b) => b - a)).toEqual(lights);
    expect(lights[0]).toBe(1);
  });

  it("makes ordered shades, light to dark", () => {
    expect(shades("blue", 3)).toEqual(["rgb(222, 235, 247)", "rgb(115, 152, 183)", "rgb(8, 69, 118)"]);
    expect(shades("orange", 1)).toEqual(["rgb(153, 62, 4)"]);
  });
});
