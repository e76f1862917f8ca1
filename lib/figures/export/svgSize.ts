import { BarsError } from "../../util/errors";
import { toMillimetres, toPixels } from "../frame/paper";

/** Size of an SVG document in pixels, 96 to the inch. @throws BarsError if it states none. */
export function svgSize(svg: string): { width: number; height: number } {
  const root = /<svg\b[^>]*>/.exec(svg)?.[0] ?? "";
  const [width, height] = (["width", "height"] as const).map((name) => {
    const [, number, unit] = new RegExp(`\\s${name}=["']([\\d.]+)(px|mm)?["']`).exec(root) ?? [];
    return unit === "mm" ? toPixels(Number(number)) : Number(number);
  }) as [number, number];
  if (!(width > 0 && height > 0)) {
    throw new BarsError(
      `expected an SVG document with width and height in pixels or mm, got ${JSON.stringify(svg.slice(0, 60))}.`,
    );
  }
  return { width, height };
}

/** The same document at another size on paper, in millimetres; its own units stay as they are. */
export function svgOfSize(svg: string, size: { width: number; height: number }): string {
  const own = svgSize(svg);
  const millimetres = (pixels: number) => `${Math.round(toMillimetres(pixels) * 1000) / 1000}mm`;
  return svg.replace(/<svg\b[^>]*>/, (root) => {
    const bare = root.replace(/\s(?:width|height)=["'][^"']*["']/g, "").replace(/\sstyle=["'][^"']*["']/, "");
    const box = /\sviewBox=/.test(root) ? "" : ` viewBox="0 0 ${own.width} ${own.height}"`;
    return bare.replace(
      /^<svg/,
      `<svg width="${millimetres(size.width)}" height="${millimetres(size.height)}"${box}`,
    );
  });
}
