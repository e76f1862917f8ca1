/** The look of everything in a page: one set of colours for light and dark, one for keyboard focus. */
export const baseStyle = `
:host { display: block; }
.root { container-type: inline-size; }
.app { --card:#fff; --page:#f6f7f9; --ink:#1c1f23; --soft:#555c66; --line:#d5d9df; --accent:#00598f; --onaccent:#fff;
  --warn:#8a3b00; --warnback:#fff3e6; --good:#00664a; --bad:#8a2d00; --paleink:#5c626b;
  font: 14px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; color: var(--ink);
  background: var(--page); border: 1px solid var(--line); border-radius: 8px; padding: 12px; box-sizing: border-box; }
.app.dark { --card:#1e2227; --page:#15181c; --ink:#eceff3; --soft:#b3bac4; --line:#3a414b; --accent:#7cc4f5; --onaccent:#06202f;
  --warn:#ffb874; --warnback:#33230f; --good:#6fdcb4; --bad:#ffab85; --paleink:#aab1bb; color-scheme: dark; }
.app *, .app *::before { box-sizing: border-box; }
h2 { font-size: 15px; margin: 0 0 8px; } h3 { font-size: 13px; margin: 10px 0 4px; } p { margin: 4px 0; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: 10px 12px; min-width: 0; }
.soft { color: var(--soft); font-size: 12px; } .num { font-variant-numeric: tabular-nums; }
.visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
button, select, input[type=number], input[type=text] { font: inherit; color: var(--ink); background: var(--card);
  border: 1px solid var(--paleink); border-radius: 4px; padding: 3px 8px; min-height: 28px; max-width: 100%; }
button { cursor: pointer; } button:hover { border-color: var(--accent); } button:disabled { opacity: .55; cursor: default; }
button.primary { background: var(--accent); color: var(--onaccent); border-color: var(--accent); }
input[type=range] { width: 100%; accent-color: var(--accent); margin: 2px 0; } input[type=checkbox] { accent-color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
table { border-collapse: collapse; font-size: 12px; } th, td { padding: 2px 6px; text-align: left; font-weight: normal; vertical-align: middle; }
thead th { color: var(--soft); } td.num, th.num { text-align: right; }
.scroll { overflow-x: auto; } code, pre { font: 12px/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--page); border: 1px solid var(--line); border-radius: 4px; padding: 6px 8px; margin: 6px 0; }
.row { display: flex; flex-wrap: wrap; gap: 6px; align-items: center; }
.warn { background: var(--warnback); border-left: 3px solid var(--warn); padding: 4px 8px; margin: 4px 0; border-radius: 2px; overflow-wrap: anywhere; }
ul.plain { list-style: none; margin: 0; padding: 0; }
@media (forced-colors: active) { .chosen { outline: 3px solid Highlight !important; } }
@media print { .controls, .row button { display: none; } }
`;
