/** Numbers not to be believed, narrow pages, paper. Comes last: it overrides. */
export const MEDIA = `
.untrusted .plot, .untrusted .figures, .untrusted #journeys .scroll, .untrusted .objectives-block, .untrusted .tiers { background-image: repeating-linear-gradient(-45deg, transparent 0 9px, var(--hatch) 9px 18px); }
.untrusted .figures .value:not(.words, .sound) { text-decoration: line-through; text-decoration-thickness: 2px; font-weight: 450; color: var(--soft); }
.untrusted .figures, .untrusted .objectives-block { margin: 0 -14px; padding-left: 14px; padding-right: 14px; }
.untrusted .marked h2::after, .untrusted .objectives-block .small-head::after { content: "not to be believed"; font-size: 12.5px; font-weight: 650; letter-spacing: 0; color: var(--void); border: 1.5px solid; border-radius: 3px; padding: 1px 7px; margin-left: 12px; vertical-align: 3px; white-space: nowrap; }
.untrusted .objectives-block .small-head::after { vertical-align: 0; }

@media screen and (max-width: 760px) {
  .wrap { padding: 0 16px; }
  body { font-size: 15px; }
  .wide-only { display: none; }
  .narrow-only { display: initial; }
  .verdict-grid { grid-template-columns: minmax(0, 1fr); }
  .verdict-word { font-size: 34px; }
  .verdict-word .glyph { width: 36px; height: 36px; }
  .headline { font-size: 17px; }
  .identity time { margin-left: 0; }
  .figures { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 16px 0; }
  .figures > div { padding: 0 14px; }
  .figures > div:nth-child(odd) { padding-left: 0; border-left: 0; }
  .figures .value { font-size: 22px; }
  main > section { padding-top: 40px; }
  .tiers, .columns, .prose { columns: 1; }
  .findings li { grid-template-columns: minmax(0, 1fr); gap: 2px; }
  .plot { padding: 0 8px 0 52px; }
  .facts > div { grid-template-columns: 92px minmax(0, 1fr); }
  table.objectives td:last-child { padding-left: 0; }
  table.stack thead { display: none; }
  table.stack, table.stack tbody { display: block; }
  table.stack tr { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 1px 16px; padding: 9px 0; border-bottom: 1px solid var(--rule); }
  table.stack th, table.stack td { width: auto; border: 0; padding: 0; text-align: left; white-space: normal; }
  table.objectives th { grid-area: 1 / 1; } table.objectives td:nth-child(6) { grid-area: 1 / 2; text-align: right; }
  table.objectives td:nth-child(2) { grid-area: 2 / 1; } table.objectives td:nth-child(3) { grid-area: 2 / 2; text-align: right; }
  table.objectives td:nth-child(4) { grid-area: 3 / 1; } table.objectives td:nth-child(5) { grid-area: 3 / 2; text-align: right; }
  table.objectives td:nth-child(4)::before { content: "measured "; color: var(--faint); }
  table.objectives td:nth-child(n + 2) { font-size: 13px; color: var(--soft); }
  table.journeys col.name { width: 132px; }
  table.journeys th:first-child[scope] { position: sticky; left: 0; background: var(--page); }
}
@media print {
  @page { margin: 14mm; }
  :root { --page: #fff; --surface: #fff; }
  body { font-size: 10pt; }
  nav { display: none; }
  header.masthead.masthead { color: #000; background: none; border-bottom: 3pt solid #000; padding-top: 0; }
  .untrusted .figures, .untrusted .objectives-block { margin: 0; padding-left: 0; padding-right: 0; }
  .verdict-word { font-size: 26pt; }
  .headline { font-size: 13pt; }
  .figures .value { font-size: 14pt; } .figures > div { padding: 0 8pt; }
  .identity { border-color: #999; }
  .wrap { max-width: none; padding: 0; }
  .chart *, .bar rect, .swatch, .legend .key *, .empty, .command { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  main > section { padding-top: 22pt; }
  h2, h3, h4 { break-after: avoid; }
  tr, .findings li { break-inside: avoid; }
  .scroll { overflow: visible; }
  table { font-size: 8pt; }
  th, td { padding: 3pt 4pt; }
  thead th { white-space: normal; }
  table.plain { min-width: 0; } table.plain th[scope="row"], table.plain td.text { min-width: 0; }
  table.journeys { min-width: 0; font-size: 7pt; }
  table.traces.traces, table.traces.traces th[scope="row"] { min-width: 0; } table.traces thead th { font-size: 7pt; }
  thead th, table.journeys thead th, table.journeys details > summary { font-size: 7pt; }
  table.journeys th, table.journeys td { padding-left: 2pt; padding-right: 2pt; overflow-wrap: anywhere; }
  table.journeys col.figure, table.journeys col.requests { width: 40pt; } table.journeys col.failed { width: 56pt; } table.journeys col.tail { width: 44pt; }
  .missing { font-size: 6pt; }
  details::details-content { content-visibility: visible; display: block; height: auto; }
  details > summary { list-style: none; color: inherit; }
}
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
`;
