// node scripts/docs/rooms.mjs [--check]
// Draws docs/public/rooms.svg: the rooms of lib/ and who imports whom, from the imports themselves.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { root } from "../root.mjs";

const picture = join(root, "docs/public/rooms.svg");
const lib = join(root, "lib");
const roomOf = (file) =>
  file
    .split("/")
    .slice(0, file.startsWith("figures/") ? 2 : 1)
    .join("/");

/**
 * What the files of lib/ import of one another.
 * @returns {{ file: string, target: string, typeOnly: boolean }[]}
 */
export function fileImports() {
  const sources = readdirSync(lib, { recursive: true, encoding: "utf8" }).filter(
    (file) => /\.tsx?$/.test(file) && file.includes("/") && !/^(\.?dist|node_modules)/.test(file),
  );
  return sources.flatMap((file) => {
    const found = readFileSync(join(lib, file), "utf8").matchAll(
      /(?:import|export)\s+(type\s)?[^;]*?from "(\.[^"]+)"|import\(\s*"(\.[^"]+)"\s*\)/g,
    );
    return [...found].map(([, typeOnly, specifier, dynamic]) => {
      const path = relative(lib, resolve(lib, dirname(file), specifier ?? dynamic));
      const target =
        [`${path}.ts`, `${path}.tsx`].find((one) => existsSync(join(lib, one))) ?? `${path}/index.ts`;
      return { file, target, typeOnly: typeOnly !== undefined };
    });
  });
}

/**
 * The rooms, what each imports, and whether something in it needs a tensor engine.
 * @returns {{ name: string, imports: string[], level: number, engine: boolean }[]} lowest first
 */
export function roomGraph(imports = fileImports()) {
  const uses = new Map();
  for (const { file, target } of imports) {
    const [room, other] = [roomOf(file), roomOf(target)];
    for (const name of [room, other]) if (!uses.has(name)) uses.set(name, new Set());
    if (room !== other) uses.get(room).add(other);
  }
  const reached = new Map();
  for (const { file, target, typeOnly } of imports)
    if (!typeOnly) reached.set(file, [...(reached.get(file) ?? []), target]);
  const needsEngine = (file, seen = new Set()) => {
    if (file.startsWith("backend/")) return true;
    seen.add(file);
    return (reached.get(file) ?? []).some((next) => !seen.has(next) && needsEngine(next, seen));
  };
  const engine = new Set([...reached.keys()].filter((file) => needsEngine(file)).map(roomOf)).add("backend");
  const levels = new Map();
  const levelOf = (room, below = []) => {
    if (below.includes(room)) throw new Error(`lib/${room}: imports itself by way of ${below.join(", ")}.`);
    if (!levels.has(room))
      levels.set(
        room,
        1 + Math.max(-1, ...[...uses.get(room)].map((next) => levelOf(next, [...below, room]))),
      );
    return levels.get(room);
  };
  return [...uses.keys()]
    .map((name) => ({
      name,
      imports: [...uses.get(name)].sort(),
      level: levelOf(name),
      engine: engine.has(name),
    }))
    .sort((a, b) => a.level - b.level || (a.name < b.name ? -1 : 1));
}

/** Imports that no way through other rooms implies: what is left is enough to see what may reach what. */
export function leastImports(rooms) {
  const byName = new Map(rooms.map((room) => [room.name, room]));
  const reaches = (from, to) => byName.get(from).imports.some((next) => next === to || reaches(next, to));
  return rooms.flatMap(({ name, imports }) =>
    imports
      .filter((to) => !imports.some((other) => other !== to && reaches(other, to)))
      .map((to) => ({ from: name, to })),
  );
}

const box = { height: 30, gap: 24, row: 66, letter: 7.6, pad: 22 };

/** Rows of boxes, a row a level, lowest first, with a narrow place to pass on every row that a line crosses. */
function rowsOf(rooms, lines) {
  const rows = [];
  const levels = new Map(rooms.map(({ name, level }) => [name, level]));
  for (const room of rooms) {
    rows[room.level] ??= [];
    rows[room.level].push({ ...room, width: Math.round(room.name.length * box.letter + box.pad) });
  }
  const ways = lines.map(({ from, to }) => {
    const way = [from];
    for (let level = levels.get(from) - 1; level > levels.get(to); level--) {
      const name = `${from} to ${to} at ${level}`;
      rows[level].push({ name, level, width: 2, passage: true });
      way.push(name);
    }
    return [...way, to];
  });
  return { rows, ways };
}

/** Places everything, in an order that keeps lines short. */
function placed(rooms, lines) {
  const { rows, ways } = rowsOf(rooms, lines);
  const lengthOf = (row) => row.reduce((sum, one) => sum + one.width + box.gap, -box.gap);
  const width = Math.max(...rows.map(lengthOf)) + 2 * box.gap;
  const at = new Map();
  const put = (row, level) => {
    let x = (width - lengthOf(row)) / 2;
    for (const one of row) {
      at.set(one.name, { ...one, x, y: (rows.length - 1 - level) * box.row + 20 });
      x += one.width + box.gap;
    }
  };
  rows.forEach(put);
  const near = new Map([...at.keys()].map((name) => [name, []]));
  for (const way of ways)
    for (let k = 1; k < way.length; k++) {
      near.get(way[k]).push(way[k - 1]);
      near.get(way[k - 1]).push(way[k]);
    }
  const middle = (name) => at.get(name).x + at.get(name).width / 2;
  const pull = (name) =>
    near.get(name).reduce((sum, other) => sum + middle(other), 0) / near.get(name).length;
  for (let round = 0; round < 24; round++) {
    const order = round % 2 === 0 ? [...rows.keys()] : [...rows.keys()].reverse();
    for (const level of order) {
      const row = rows[level];
      const wish = new Map(
        row.map(({ name }) => [name, near.get(name).length > 0 ? pull(name) : middle(name)]),
      );
      row.sort((a, b) => wish.get(a.name) - wish.get(b.name) || (a.name < b.name ? -1 : 1));
      put(row, level);
    }
  }
  return { at, ways, width, height: rows.length * box.row + 10 };
}

/** One smooth line from the bottom of the first box to the top of the last. */
function curve(way, at) {
  const [from, ...rest] = way.map((name) => at.get(name));
  let x = Math.round(from.x + from.width / 2);
  let y = from.y + box.height;
  let path = `M${x} ${y}`;
  for (const { x: left, y: top, width, passage } of rest) {
    const to = Math.round(left + width / 2);
    const bend = Math.round((top - y) / 2);
    path += `C${x} ${y + bend} ${to} ${top - bend} ${to} ${top}`;
    [x, y] = [to, top];
    if (passage) {
      y += box.height;
      path += `V${y}`;
    }
  }
  return `<path d="${path}"/>`;
}

/** The picture as SVG. Colours are the site's where it is shown in one, else plain ones. */
export function roomsSvg(rooms = roomGraph()) {
  const { at, ways, width, height } = placed(rooms, leastImports(rooms));
  const curves = ways.map((way) => curve(way, at));
  const boxes = rooms.map(({ name, imports, engine }) => {
    const says = imports.length === 0 ? "imports nothing" : `imports ${imports.join(", ")}`;
    const { x, y, width: wide } = at.get(name);
    const left = Math.round(x);
    return (
      `<g class="${engine ? "engine" : "plain"}"><title>${name}: ${says}</title>` +
      `<rect x="${left}" y="${y}" width="${wide}" height="${box.height}" rx="6"/>` +
      `<text x="${left + Math.round(wide / 2)}" y="${y + 20}">${name}</text></g>`
    );
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${Math.round(width)} ${height}" role="img" aria-label="The rooms of lib and their imports" font-family="DejaVu Sans, Verdana, sans-serif" font-size="13">
<style>.lines path{fill:none;stroke:var(--vp-c-text-3,#8a8a90);stroke-width:1.1;opacity:.75}.boxes rect{stroke:var(--vp-c-divider,#c9c9cf);fill:var(--vp-c-bg-soft,#f4f4f6)}.boxes .engine rect{fill:var(--vp-c-brand-soft,#dfe3ff);stroke:var(--vp-c-brand-1,#3451b2)}.boxes text{text-anchor:middle;fill:var(--vp-c-text-1,#222)}</style>
<g class="lines">
${curves.join("\n")}
</g>
<g class="boxes">
${boxes.join("\n")}
</g>
</svg>
`;
}

/** What is wrong with the stored picture, or null. */
export function pictureProblem(file = picture) {
  const stored = existsSync(file) ? readFileSync(file, "utf8") : null;
  if (stored === roomsSvg()) return null;
  const what =
    stored === null ? "there is no picture" : "the picture shows other imports than the sources have";
  return `${relative(root, file)}: ${what}. Run node scripts/docs/rooms.mjs and commit it.`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes("--check")) {
    const problem = pictureProblem();
    if (problem) {
      console.error(problem);
      process.exit(1);
    }
  } else writeFileSync(picture, roomsSvg());
}
