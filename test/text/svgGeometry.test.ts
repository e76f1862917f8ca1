import { describe, expect, it } from "vitest";
import { clientBox, pathLength, pointAtLength, type SvgElement, svgBox } from "../../lib/text/svgGeometry";

import { svgElements } from "../figures/svgElements";

/** Every letter as wide as half its size; bold ones as wide as their size. */
const measure = (text: string, size: number, style: string) =>
  text.length * size * (style.includes("bold") ? 1 : 0.5);

function element(markup: string, selector: string): SvgElement {
  const [found] = svgElements(`<svg xmlns="http://www.w3.org/2000/svg">${markup}</svg>`, selector);
  if (!found) throw new Error(`no ${selector} in ${markup}`);
  return found;
}

describe("svgBox", () => {
  it("measures a line of text at its anchor", () => {
    const box = svgBox(
      element('<text x="10" y="20" text-anchor="end" style="font-size: 10px">abcd</text>', "text"),
      measure,
    );
    expect(box).toMatchObject({ x: -10, width: 20 });
    expect(box.y).toBeCloseTo(20 - 9.3);
    expect(box.height).toBeCloseTo(11.65);
  });

  it("adds up runs of several styles and stacks lines", () => {
    const lines =
      '<text style="font-size:10px"><tspan class="line" dy="0em">ab<tspan style="font-weight:bold">cd</tspan></tspan>' +
      '<tspan class="line" dy="1.3em">x<tspan style="font-size:50%">yy</tspan></tspan></text>';
    const box = svgBox(element(lines, "text"), measure);
    expect(box.width).toBe(10 + 20);
    expect(box.height).toBeCloseTo(13 + 11.65);
  });

  it("joins what a group holds, moved by its transforms, without definitions", () => {
    const group =
      '<g><defs><rect width="900" height="900"/></defs><rect x="1" y="2" width="3" height="4" transform="translate(10,0)"/>' +
      '<circle cx="5" cy="5" r="5" transform="scale(2)"/><path d="M0,0H50V60Z"/><line x1="-7" y1="0" x2="0" y2="0"/></g>';
    expect(svgBox(element(group, "g"), measure)).toEqual({ x: -7, y: 0, width: 57, height: 60 });
  });

  it("is empty for an element without content", () => {
    expect(svgBox(element("<g></g>", "g"), measure)).toEqual({ x: 0, y: 0, width: 0, height: 0 });
  });
});

describe("clientBox", () => {
  it("applies the transforms of all ancestors", () => {
    const markup =
      '<g transform="translate(100,50)"><g transform="rotate(90)"><rect width="10" height="20"/></g></g>';
    const box = clientBox(element(markup, "rect"), measure);
    expect(box.x).toBeCloseTo(80);
    expect(box.y).toBeCloseTo(50);
    expect([box.width, box.height].map(Math.round)).toEqual([20, 10]);
  });

  it("turns around a given centre and reads matrices", () => {
    const turned = clientBox(
      element('<rect width="10" height="10" transform="rotate(180,10,10)"/>', "rect"),
      measure,
    );
    expect([turned.x, turned.y].map(Math.round)).toEqual([10, 10]);
    const matrix = clientBox(
      element('<rect width="10" height="10" transform="matrix(2,0,0,3,5,6)"/>', "rect"),
      measure,
    );
    expect(matrix).toEqual({ x: 5, y: 6, width: 20, height: 30 });
  });
});

describe("paths", () => {
  it("have the length of their lines", () => {
    expect(pathLength("M0,0L3,4H13V0Z")).toBe(5 + 10 + 4 + 13);
    expect(pathLength("m1,1l3,4h10")).toBe(15);
    expect(pathLength("M0 0L1e1 0")).toBe(10);
    expect(pathLength("")).toBe(0);
  });

  it("have the length of a Bezier curve to a thousandth", () => {
    // A quarter circle of radius 1 by its usual cubic: π / 2.
    const k = 0.5522847;
    expect(pathLength(`M1,0C1,${k} ${k},1 0,1`)).toBeCloseTo(Math.PI / 2, 2);
  });

  it("know the point at a length, and stay inside their ends", () => {
    const d = "M0,0L3,4H13";
    expect(pointAtLength(d, 5)).toEqual({ x: 3, y: 4 });
    expect(pointAtLength(d, 10)).toEqual({ x: 8, y: 4 });
    expect(pointAtLength(d, 99)).toEqual({ x: 13, y: 4 });
    expect(pointAtLength(d, -1)).toEqual({ x: 0, y: 0 });
  });
});
