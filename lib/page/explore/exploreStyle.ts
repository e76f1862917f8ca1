/** The layout of the explorer: one column on a phone, two on a notebook's page, three on a wide one. */
export const exploreStyle = `
.columns { display: grid; gap: 10px; grid-template-columns: minmax(0, 1fr); align-items: start; } .side > :first-child { grid-column: 1 / -1; }
.middle, .side { display: grid; gap: 10px; min-width: 0; }
@container (min-width: 700px) { .columns { grid-template-columns: 250px minmax(0, 1fr); } .side { grid-column: 2; grid-template-columns: repeat(auto-fit, minmax(min(330px, 100%), 1fr)); align-items: start; }
  .controls { position: sticky; top: 8px; grid-row: 1 / span 2; max-height: calc(100vh - 16px); overflow-y: auto; } }
@container (min-width: 1150px) { .columns { grid-template-columns: 260px minmax(0, 1.15fr) minmax(0, 1fr); } .side { grid-column: 3; grid-template-columns: minmax(0, 1fr); } }
.said { min-height: 1.4em; margin: 0 0 6px; color: var(--soft); font-size: 12px; }
.field { margin: 0 0 10px; } .field > label { display: block; } .field select { width: 100%; } .grow { flex: 1 1 90px; width: auto !important; min-width: 60px; }
.field input[type=number] { width: 92px; } fieldset { border: 0; border-top: 1px solid var(--line); margin: 0; padding: 8px 0 0; min-width: 0; } legend { color: var(--soft); font-size: 12px; padding: 0 6px 0 0; }
.facts dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(112px, 1fr)); gap: 6px 12px; margin: 0 0 6px; }
dt { color: var(--soft); font-size: 12px; } dd { margin: 0; font-weight: 600; overflow-wrap: anywhere; }
.drawing svg { display: block; max-width: 100%; min-width: 460px; height: auto; } .drawing { border-radius: 4px; }
.dark .drawing svg > rect { fill: var(--card); } .dark .drawing [fill="#222222"], .dark .drawing [fill="#000000"] { fill: var(--ink); }
.dark .drawing [fill="#767676"] { fill: var(--soft); } .dark .drawing [fill="#ffffff"]:not(text) { fill: var(--card); }
.dark .drawing [fill="#f0f0f0"] { fill: #2b3138; } .dark .drawing [fill="#d6e6f2"] { fill: #24486a; } .dark .drawing [fill="#3b4a5a"] { fill: #0c1116; }
.dark .drawing [stroke="#222222"] { stroke: #aab1bb; } .dark .drawing [stroke="#000000"] { stroke: #eceff3; }
.dark .drawing [stroke="#0072b2"] { stroke: #4aa8e0; } .dark .drawing [stroke="#882255"] { stroke: #d77aa8; } .dark .drawing [stroke="#d55e00"] { stroke: #ff8a3c; } .dark .drawing [stroke="#009e73"] { stroke: #3fcf9f; }
.dark .drawing text[fill="#0072b2"], .dark .drawing [fill="#0072b2"] { fill: #4aa8e0; } .dark .drawing [fill="#882255"] { fill: #d77aa8; }
.maps { display: flex; flex-wrap: wrap; gap: 0 18px; } .maps > * { max-width: 100%; }
.heat { border-spacing: 2px; border-collapse: separate; margin: 4px 0 8px; } .heat caption { text-align: left; color: var(--soft); }
.heat td.num { text-align: center; min-width: 46px; border-radius: 2px; } .heat thead th { font-size: 11px; vertical-align: bottom; } .heat th { white-space: nowrap; }
.heat td.chosen { outline: 3px solid var(--ink); outline-offset: -3px; font-weight: 700; }
.bar { position: relative; height: 14px; background: var(--page); border: 1px solid var(--line); border-radius: 3px; margin: 6px 0; }
.bar i { position: absolute; inset: 0 auto 0 0; background: var(--accent); border-radius: 2px; } .bar i.over { background: var(--bad); }
.bar b { position: absolute; top: -4px; bottom: -4px; width: 3px; margin-left: -2px; background: var(--ink); }
.bar.small { height: 16px; margin: 0; min-width: 70px; } .bar.small i { opacity: .35; } .bar.small span { position: relative; padding-left: 4px; font-size: 11px; line-height: 14px; display: block; }
.parts { width: 100%; } .wide { width: 45%; }
.margin { position: relative; height: 12px; background: linear-gradient(var(--paleink), var(--paleink)) 50% 0 / 1px 100% no-repeat var(--page); border-radius: 2px; min-width: 80px; }
.margin i { position: absolute; top: 2px; bottom: 2px; background: var(--accent); } .margin i.against { background: var(--bad); }
.margin b { position: absolute; top: 5px; height: 2px; background: var(--ink); } .flag { color: var(--warn); font-size: 11px; margin-right: 6px; }
.differences td, .differences th { border-top: 1px solid var(--line); }
`;
