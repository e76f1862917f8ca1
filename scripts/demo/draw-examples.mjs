// Draws the example pictures of the browser page: shapes of our own, no photograph. node scripts/demo/draw-examples.mjs
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { root } from "../root.mjs";

const { Resvg } = createRequire(join(root, "lib/package.json"))("@resvg/resvg-js");
const sky = `<linearGradient id="sky" x2="0" y2="1"><stop stop-color="#5f9bd6"/><stop offset="1" stop-color="#cfe3f2"/></linearGradient>`;
const sea = `<linearGradient id="sea" x2="0" y2="1"><stop stop-color="#4c7f9e"/><stop offset="1" stop-color="#1d4763"/></linearGradient>`;
const grass = `<linearGradient id="grass" x2="0" y2="1"><stop stop-color="#7da453"/><stop offset="1" stop-color="#45702c"/></linearGradient>`;
const road = `<linearGradient id="road" x2="0" y2="1"><stop stop-color="#a9a9a6"/><stop offset="1" stop-color="#6d6d6b"/></linearGradient>`;

/** Each picture on a square of 96. */
const pictures = {
  "1-ship": `<rect width="96" height="56" fill="url(#sky)"/><rect y="54" width="96" height="42" fill="url(#sea)"/>
    <path d="M10 52 L86 52 L78 68 L18 68 Z" fill="#8c2f2a"/><path d="M12 52 H84 L82 57 H14 Z" fill="#20262c"/>
    <rect x="30" y="38" width="38" height="14" fill="#f2f2ee"/><rect x="38" y="27" width="24" height="11" fill="#e4e4de"/><rect x="44" y="14" width="9" height="13" fill="#c8442f"/>
    <g fill="#38566b"><rect x="33" y="42" width="5" height="4"/><rect x="41" y="42" width="5" height="4"/><rect x="49" y="42" width="5" height="4"/><rect x="57" y="42" width="5" height="4"/></g>
    <path d="M0 76 q12 -4 24 0 t24 0 t24 0 t24 0" stroke="#8db3c7" stroke-width="2" fill="none"/>`,
  "2-airplane": `<rect width="96" height="96" fill="url(#sky)"/><g fill="#eef1f4"><ellipse cx="20" cy="78" rx="22" ry="7" opacity=".7"/><ellipse cx="74" cy="18" rx="20" ry="6" opacity=".6"/></g>
    <path d="M8 50 Q14 42 34 43 L78 43 Q88 45 90 49 Q86 54 76 55 L30 56 Q14 57 8 50 Z" fill="#e9ecef" stroke="#9aa4ad"/>
    <path d="M44 48 L60 78 L68 78 L60 48 Z" fill="#b9c2ca"/><path d="M46 44 L58 24 L64 24 L58 44 Z" fill="#cfd6dc"/><path d="M76 44 L86 28 L92 28 L88 47 Z" fill="#2e5d94"/>`,
  "3-automobile": `<rect width="96" height="60" fill="url(#sky)"/><rect y="56" width="96" height="40" fill="url(#road)"/>
    <path d="M8 66 Q8 54 20 52 L30 38 Q33 34 40 34 L62 34 Q68 34 72 39 L80 51 Q90 53 90 62 L90 70 L8 70 Z" fill="#c2201f"/>
    <path d="M35 40 L48 38 V51 H28 Z M52 38 H61 Q65 38 68 42 L73 51 H52 Z" fill="#29333c"/>
    <g><circle cx="27" cy="70" r="10" fill="#1b1b1b"/><circle cx="27" cy="70" r="5" fill="#b5b5b5"/><circle cx="72" cy="70" r="10" fill="#1b1b1b"/><circle cx="72" cy="70" r="5" fill="#b5b5b5"/></g>`,
  "4-truck": `<rect width="96" height="64" fill="url(#sky)"/><rect y="62" width="96" height="34" fill="url(#road)"/>
    <rect x="6" y="22" width="56" height="46" fill="#f1efe8" stroke="#b7b3a6"/><path d="M63 38 H78 L90 54 V70 H63 Z" fill="#2d62a3"/><path d="M67 42 H76 L84 54 H67 Z" fill="#cfe0ea"/>
    <rect x="4" y="66" width="88" height="6" fill="#30343a"/><g fill="#1b1b1b"><circle cx="20" cy="74" r="9"/><circle cx="42" cy="74" r="9"/><circle cx="76" cy="74" r="9"/></g><g fill="#999"><circle cx="20" cy="74" r="4"/><circle cx="42" cy="74" r="4"/><circle cx="76" cy="74" r="4"/></g>`,
  "5-frog": `<rect width="96" height="96" fill="#6b5a3c"/><ellipse cx="48" cy="88" rx="60" ry="22" fill="#574728"/>
    <ellipse cx="48" cy="58" rx="30" ry="22" fill="#5d8f2f"/><ellipse cx="48" cy="68" rx="20" ry="11" fill="#c9cf8a"/><circle cx="32" cy="36" r="9" fill="#6da037"/><circle cx="64" cy="36" r="9" fill="#6da037"/>
    <circle cx="32" cy="35" r="5" fill="#f3e9a9"/><circle cx="64" cy="35" r="5" fill="#f3e9a9"/><circle cx="32" cy="35" r="2.5" fill="#111"/><circle cx="64" cy="35" r="2.5" fill="#111"/>
    <path d="M30 52 Q48 62 66 52" stroke="#2f4d16" stroke-width="2" fill="none"/><path d="M20 62 Q6 70 12 84 L26 84 Q22 74 30 70 Z M76 62 Q90 70 84 84 L70 84 Q74 74 66 70 Z" fill="#4d7a25"/>`,
  "6-horse": `<rect width="96" height="50" fill="url(#sky)"/><rect y="48" width="96" height="48" fill="url(#grass)"/>
    <path d="M24 48 Q28 38 46 40 L62 40 L70 20 L76 14 L78 20 L90 30 L86 36 L77 33 L73 50 Q70 58 66 60 L66 84 L60 84 L59 62 L38 60 L36 84 L30 84 L29 62 Q22 58 24 48 Z" fill="#6e4324"/>
    <path d="M70 18 L62 40 L57 40 L66 18 Z" fill="#2c1a0d"/><path d="M24 46 Q14 52 16 70 L20 70 Q20 58 27 54 Z" fill="#2c1a0d"/><path d="M40 60 L44 82 L49 82 L46 60 Z M56 60 L52 82 L57 82 L61 60 Z" fill="#56331a"/>`,
};

const folder = join(root, "lib/page/demo/examples");
mkdirSync(folder, { recursive: true });
for (const [name, shapes] of Object.entries(pictures)) {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96"><defs>${sky}${sea}${grass}${road}</defs>${shapes}</svg>`;
  writeFileSync(
    join(folder, `${name}.png`),
    new Resvg(svg, { fitTo: { mode: "width", value: 96 } }).render().asPng(),
  );
}
