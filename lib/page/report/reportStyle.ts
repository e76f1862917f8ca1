/** The look of a report: a page of its own, not an output among others. */
export const reportStyle = `
.root { container-type: inline-size; min-height: 100vh; }
.report { border: 0; border-radius: 0; min-height: 100vh; padding: 12px 16px 40px; max-width: 1800px; margin: 0 auto; }
.report h1 { font-size: 19px; margin: 0; overflow-wrap: anywhere; } .report > header { display: flex; flex-wrap: wrap; gap: 4px 18px; align-items: baseline; margin: 0 0 10px; }
nav ul { display: flex; flex-wrap: wrap; gap: 4px 14px; list-style: none; margin: 0; padding: 0; }
.report a { color: var(--accent); } nav a { display: inline-block; padding: 4px 2px; } nav a[aria-current=page] { font-weight: 700; text-decoration: none; border-bottom: 3px solid var(--accent); }
.filters { display: flex; flex-wrap: wrap; gap: 8px 14px; align-items: end; margin: 0 0 8px; } .filters label { display: block; font-size: 12px; color: var(--soft); } .filters .text { flex: 1 1 260px; } .filters .text input { width: 100%; }
.list { border-collapse: collapse; width: 100%; background: var(--card); } .list th, .list td { padding: 4px 8px; border-bottom: 1px solid var(--line); vertical-align: top; max-width: 340px; overflow-wrap: anywhere; }
.list thead th { position: sticky; top: 0; background: var(--card); white-space: nowrap; z-index: 1; } .list thead button { border: 0; background: none; padding: 0; min-height: 24px; color: var(--soft); font-size: 12px; }
.list thead th[aria-sort] button { color: var(--ink); font-weight: 700; } .list tbody th { font-weight: 600; min-width: 130px; } .list td { white-space: nowrap; } .list td.long { white-space: normal; min-width: 160px; }
.list tbody tr:hover { background: var(--page); } .list .pick { width: 24px; }
.status::before { content: ""; display: inline-block; width: 8px; height: 8px; border-radius: 50%; background: var(--paleink); margin-right: 5px; } .status.finished::before { background: var(--good); } .status.running::before { background: var(--accent); }
.status.failed::before, .status.diverged::before, .status.unreadable::before { background: var(--bad); border-radius: 0; } .status.stopped::before, .status.interrupted::before { background: none; border: 2px solid var(--warn); width: 4px; height: 4px; }
.now { display: grid; gap: 8px; grid-template-columns: repeat(auto-fill, minmax(min(300px, 100%), 1fr)); list-style: none; padding: 0; margin: 0 0 10px; } .now li { min-width: 0; overflow-wrap: anywhere; }
progress { width: 100%; height: 10px; accent-color: var(--accent); }
.plots { display: grid; gap: 10px; grid-template-columns: repeat(auto-fill, minmax(min(360px, 100%), 1fr)); } figure.lines { margin: 0; } figure.lines h3 { margin: 0 0 4px; font-size: 14px; } .lines svg.plot { max-width: 640px; } .lines li { white-space: nowrap; }
.run { display: grid; gap: 10px; grid-template-columns: minmax(0, 1fr); } .halves { display: grid; gap: 10px; grid-template-columns: minmax(0, 1fr); align-items: start; } @container (min-width: 900px) { .halves { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); } }
.plain-facts { display: grid; grid-template-columns: minmax(90px, max-content) minmax(0, 1fr); gap: 2px 12px; margin: 0; } .plain-facts dd { font-weight: 400; } .plain-facts dt { padding-top: 1px; }
.lined td, .lined th { border-top: 1px solid var(--line); overflow-wrap: anywhere; } .lined { width: 100%; } .lined tr.differs td { background: var(--warnback); } details > summary { cursor: pointer; color: var(--accent); padding: 2px 0; }
.dashboard { background: #fff; border-radius: 4px; padding: 4px; min-width: 640px; } .dashboard svg { display: block; width: 100%; max-width: 1000px; height: auto; } .columns-choice { display: flex; flex-wrap: wrap; gap: 2px 14px; max-height: 220px; overflow-y: auto; }
.beside { display: grid; gap: 10px; grid-auto-flow: column; grid-auto-columns: minmax(min(420px, 90cqw), 1fr); overflow-x: auto; } .report .app { border: 0; padding: 0; background: none; }
.report li, .report p { overflow-wrap: anywhere; } .pages { display: flex; gap: 8px; align-items: center; margin: 8px 0; flex-wrap: wrap; } .live::before { content: "● "; color: var(--good); } .live.lost::before { content: "○ "; color: var(--warn); }
`;
