/**
 * What an ablation's target is called beside its bar.
 *
 * `real_layer` of `cell0.edge1-0.bin_conv_3x3` → `cell 0: edge1-0, conv 3x3`, of `cell0.process` → `cell 0: 1x1`;
 * `no_shortcut` of the same → `cell 0: edge1-0, around conv 3x3`, of `cell0.shortcut` → `cell 0: around the cell`;
 * of `stage1.block0` → `stage 1, block 0`. A name of no known form stays as it is.
 */
export function ablationName(kind: string, target: string): string {
  if (kind === "cell_shortcut")
    return target === "none" ? "no cell shortcuts" : `shortcut: ${wordsOf(target)}`;
  if (kind === "process") return target === "postprocess" ? "1x1 behind the nodes" : "1x1 before the nodes";
  if (kind === "real_downsampling" && target === "all") return "all halving layers";
  const parts = target.split(".");
  const places = parts.filter((part) => /^(cell|stage|block)\d+$/.test(part)).length;
  const where = parts.slice(0, places).map((part) => part.replace(/\d+$/, " $&"));
  const own = parts.slice(places);
  const what = own.map((part, i) => {
    if (part === "shortcut" && own.length === 1) return "around the cell";
    const words = part === "process" ? "1x1" : wordsOf(part);
    return kind === "no_shortcut" && i === own.length - 1 ? `around ${words}` : words;
  });
  if (kind === "real_downsampling") what.push("halving layers");
  return [where.join(", "), what.join(", ")].filter(Boolean).join(": ");
}

/** `bin_conv_3x3` → `conv 3x3`: every convolution of a cell is binary. */
function wordsOf(name: string): string {
  return name.replace(/^bin_/, "").replaceAll("_", " ");
}
