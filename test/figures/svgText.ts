/**
 * A drawing as stable text: one element a line, numbers rounded to a tenth of a pixel, names of clips counted through,
 * what is not seen left out.
 */
export function svgText(svg: string): string {
  const names = [...new Set([...svg.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id as string))];
  let text = svg
    .replaceAll(/<style[\s\S]*?<\/style>/g, "")
    .replaceAll(/\s(?:class|data-[\w-]+|xmlns:xlink|xml:space)="[^"]*"/g, "")
    .replaceAll(/(?:pointer-events|cursor|white-space|stroke-miterlimit|vector-effect): ?[^;"]*;? ?/g, "")
    .replaceAll(/\sstyle=""/g, "");
  for (const [i, name] of [...names].sort((a, b) => b.length - a.length).entries()) {
    text = text.replaceAll(name, `part${i}`);
  }
  text = text.replaceAll(/-?\d+\.\d+(?:e-?\d+)?/g, (number) =>
    String(Math.round(Number(number) * 10) / 10 + 0),
  );
  const empty = /<(g|defs|clipPath|text)(?:\s[^<>]*)?(?:\/>|><\/\1>)/g;
  for (let before = ""; before !== text; ) {
    before = text;
    text = text.replaceAll(empty, "");
  }
  return `${text.replaceAll("><", ">\n<").trim()}\n`;
}
