/** The layout of the page: one column on a phone, two on a tablet, three on a wide screen. */
export const demoStyle = `
.app { border: 0; border-radius: 0; min-height: 100vh; padding: 12px clamp(12px, 2.5vw, 32px) 32px; }
h1 { font-size: 20px; margin: 4px 0 2px; } .lead { max-width: 74ch; color: var(--soft); margin: 0 0 12px; }
.columns { display: grid; gap: 12px; grid-template-columns: minmax(0, 1fr); align-items: start; } .stack { display: grid; gap: 12px; min-width: 0; }
@container (min-width: 720px) { .columns { grid-template-columns: 270px minmax(0, 1fr); } .stack.third { grid-column: 2; } .stack.first { grid-row: 1 / span 2; } }
@container (min-width: 1120px) { .columns { grid-template-columns: 280px minmax(0, 1fr) minmax(0, 1fr); } .stack.third { grid-column: 3; } .stack.first { grid-row: 1; } }
.preview, .tiles { image-rendering: pixelated; display: block; max-width: 100%; background: var(--page); border: 1px solid var(--line); border-radius: 4px; }
.preview { width: 192px; height: 192px; } .tiles { width: 100%; height: auto; max-height: 70vh; object-fit: contain; }
.file { display: inline-block; } .file input { display: block; font: inherit; color: var(--ink); max-width: 100%; margin-top: 4px; min-height: 28px; }
.examples { display: flex; flex-wrap: wrap; gap: 6px; } .examples button { padding: 2px; line-height: 0; } .examples img { border-radius: 3px; }
.camera { width: 160px; display: block; margin-top: 8px; border-radius: 4px; }
.answer { width: 100%; font-size: 14px; } .answer .first th { font-weight: 700; font-size: 17px; } .stretch { width: 60%; }
.bar { position: relative; height: 16px; background: var(--page); border: 1px solid var(--line); border-radius: 3px; }
.bar i { position: absolute; inset: 0 auto 0 0; background: var(--accent); border-radius: 2px; } .bar b { position: absolute; top: -3px; bottom: -3px; width: 3px; margin-left: -1px; background: var(--ink); }
.big { font-size: 20px; font-weight: 600; margin: 0 0 4px; } .histogram { width: 100%; max-width: 420px; height: auto; font-size: 11px; } .histogram rect { fill: var(--accent); } .histogram line { stroke: var(--line); } .histogram text { fill: var(--soft); }
.facts dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 6px 12px; margin: 0 0 8px; } dt { color: var(--soft); font-size: 12px; } dd { margin: 0; font-weight: 600; overflow-wrap: anywhere; }
.grow { flex: 1 1 120px; } .fields { display: flex; flex-wrap: wrap; gap: 8px 12px; } .fields label { display: block; font-size: 12px; } .fields select, .fields input { display: block; } .wide-field { flex: 1 1 240px; min-width: 0; } .wide-field select { width: 100%; }
.kernel { border: 0; padding: 0; margin: 10px 0; } .kernel legend { font-size: 12px; color: var(--soft); padding: 0 0 4px; } .taps { display: flex; gap: 4px; margin-bottom: 4px; }
.tap { width: 44px; height: 36px; padding: 0; font-variant-numeric: tabular-nums; } .tap.plus { background: #ebeef2; color: #1c1f23; } .tap.minus { background: #22282f; color: #fff; } .tap.other { outline: 3px solid #e66e00; outline-offset: -3px; }
.changes { margin: 8px 0 0; } .drop { position: fixed; inset: 8px; border: 3px dashed var(--accent); border-radius: 12px; background: color-mix(in srgb, var(--page) 80%, transparent); display: grid; place-items: center; font-size: 20px; z-index: 3; pointer-events: none; }
`;
