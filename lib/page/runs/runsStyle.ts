/** The look of frontier, parallel coordinates and list. */
export const runsStyle = `
.columns.runs { grid-template-columns: minmax(0, 1fr); } .columns.runs > * { grid-column: auto !important; } .columns.runs .side { grid-template-columns: minmax(0, 1fr); }
@container (min-width: 860px) { .columns.runs { grid-template-columns: minmax(0, 1.45fr) minmax(0, 1fr); } .columns.runs > .wide-card { grid-column: 1 / -1 !important; } }
.plot { width: 100%; height: auto; font-size: 11px; overflow: visible; } .plot text { fill: var(--soft); } .scatter { display: block; min-width: 460px; } .paths { width: auto; max-width: none; }
.grid { stroke: var(--line); stroke-width: 1; } .front { fill: none; stroke: var(--ink); stroke-width: 1.2; stroke-dasharray: 4 3; }
.faded { opacity: .13; } .mark { cursor: pointer; } .mark:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.published circle { fill: none; stroke: var(--paleink); stroke-width: 1.5; } .published text { font-size: 10px; }
.paths path { fill: none; stroke-width: 1.4; opacity: .75; } .paths path.faded { opacity: .07; } .paths path.seen { stroke-width: 3.2; opacity: 1; }
.axis { stroke: var(--soft); } .paths .name { font-size: 11px; fill: var(--ink); } .paths .tick { font-size: 10px; paint-order: stroke; stroke: var(--card); stroke-width: 3px; }
.brush .selection { fill: var(--accent); fill-opacity: .18; stroke: var(--accent); } .curve { max-width: 340px; display: block; }
.line { fill: none; stroke: var(--accent); stroke-width: 1.4; } .line.dashed { stroke-dasharray: 4 3; } .line.strong { stroke-width: 2.2; }
tr.seen { background: var(--page); } button.link { border: 0; background: none; padding: 0; min-height: 24px; color: var(--accent); text-align: left; text-decoration: underline; }
`;
