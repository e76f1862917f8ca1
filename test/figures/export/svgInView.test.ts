import { describe, expect, it } from "vitest";
import { svgInView } from "../../../lib/figures/export/svgInView";
import { svgToPng } from "../../../lib/figures/export/svgToPng";

const picture = (body: string, root = 'width="100" height="50"') =>
  `<svg xmlns="http://www.w3.org/2000/svg" ${root}><defs><clipPath id="c"><rect width="50" height="50"/></clipPath></defs>${body}</svg>`;
const empty = svgToPng(picture(""));

describe("svgInView", () => {
  it.each([
    ["a translucent mark", '<circle style="opacity: 0.4" cx="900" cy="5" r="4"/>'],
    [
      "a translucent group",
      '<g opacity="0.4"><path d="M-900,5h3v3Z"/><rect x="1" y="800" width="9" height="9"/></g>',
    ],
    ["a clipped group", '<g clip-path="url(#c)"><line x1="0" x2="90" y1="-300" y2="-200" stroke="red"/></g>'],
    [
      "a moved group",
      '<g transform="translate(500, 0)"><g opacity="0.4"><circle cx="5" cy="5" r="4"/></g></g>',
    ],
    [
      "corners and an ellipse",
      '<g opacity="0.4"><polygon points="-900,5 -880,5 -890,9"/><ellipse cx="900" cy="5" rx="9" ry="4"/></g>',
    ],
    [
      "a masked mark",
      '<mask id="m"><rect width="9" height="9" fill="white"/></mask><circle mask="url(#m)" cx="900" cy="5" r="4"/>',
    ],
    ["a text", '<text opacity="0.4" x="-900" y="20">far</text>'],
  ])("draws nothing, instead of ending the process, for %s far outside the picture", (_, body) => {
    expect(svgToPng(picture(body)).equals(empty)).toBe(true);
  });

  it("keeps what is inside, reaches inside or is near", () => {
    const body = [
      '<circle opacity="0.4" cx="50" cy="25" r="9"/>',
      '<path opacity="0.4" d="M-900,10H900V20H-900Z"/>',
      '<circle opacity="0.4" cx="130" cy="25" r="9"/>',
    ].join("");
    expect(svgInView(picture(body))).toBe(picture(body));
    expect(svgToPng(picture(body)).equals(empty)).toBe(false);
  });

  it("takes the far marks only, and the units of a view box", () => {
    const far = '<circle opacity="0.4" cx="50" cy="9" r="2"/>';
    const near = '<circle opacity="0.4" cx="5" cy="3" r="2"/>';
    const root = 'width="100mm" height="50mm" viewBox="0 0 10 5"';
    expect(svgInView(picture(far + near, root))).toBe(picture(near, root));
  });

  it("leaves what stands in a drawing inside the drawing, which has its own units", () => {
    const inner =
      '<svg width="40" height="40" viewBox="0 0 4000 4000"><circle opacity="0.4" cx="2000" cy="2000" r="900"/></svg>';
    expect(svgInView(picture(inner))).toBe(picture(inner));
    expect(svgToPng(picture(inner)).equals(empty)).toBe(false);
  });

  it("leaves a picture without clipped or translucent marks alone", () => {
    const body = '<circle fill-opacity="0.4" cx="900" cy="5" r="4"/>';
    expect(svgInView(picture(body))).toBe(picture(body));
  });
});
