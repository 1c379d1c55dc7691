/** The page: masthead, key figures, sections, tables, lists. */
export const LAYOUT = `
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 56px; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 var(--sans); overflow-wrap: break-word; }
.wrap { max-width: 1160px; margin: 0 auto; padding: 0 24px; }
h1, h2, h3, h4, p, ul, ol, dl, dd, figure { margin: 0; }
ul, ol { padding: 0; }
a { color: var(--link); }
code, pre { font-family: var(--mono); font-size: .9em; }
.visually-hidden, caption.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
thead.visually-hidden { left: 0; }
.narrow-only { display: none; }
.unit, .aside { color: var(--faint); font-weight: 400; }
.strong { font-weight: 650; }

.masthead { color: #fff; background: var(--pass); padding: 14px 0 22px; }
.masthead.regression { background: var(--regression); }
.masthead.inconclusive { background: var(--inconclusive); }
.masthead.invalid { background: repeating-linear-gradient(-45deg, var(--invalid) 0 14px, var(--invalid-2) 14px 28px); }
.identity { display: flex; flex-wrap: wrap; gap: 2px 20px; font-size: 13px; padding-bottom: 10px; border-bottom: 1px solid rgba(255, 255, 255, .28); }
.identity .product { font-weight: 700; letter-spacing: .01em; }
.identity time { margin-left: auto; font-variant-numeric: tabular-nums; }
.identity > * { min-width: 0; overflow-wrap: anywhere; }
.verdict-grid { display: grid; grid-template-columns: minmax(0, 1.5fr) minmax(0, 1fr); gap: 20px 56px; padding-top: 16px; }
.verdict-word { display: flex; align-items: center; gap: 12px; font-size: 42px; line-height: 1.1; font-weight: 700; letter-spacing: -.02em; }
.headline { font-size: 19px; line-height: 1.4; padding-top: 8px; max-width: 38em; text-wrap: pretty; overflow-wrap: anywhere; }
.reasons { list-style: none; padding-top: 8px; font-size: 14px; line-height: 1.45; max-width: 46em; }
.reasons li { padding-left: 14px; position: relative; overflow-wrap: anywhere; }
.reasons li::before { content: "–"; position: absolute; left: 0; }
.masthead details > summary { color: inherit; padding: 4px 0 0; font-size: 13.5px; }
.next h2 { font-size: 14px; font-weight: 650; padding-bottom: 6px; }
.next ol { padding-left: 1.3em; }
.next li { padding: 0 0 5px 2px; overflow-wrap: anywhere; }
.next { font-size: 15px; line-height: 1.4; }
.truths { background: var(--sunken); border-bottom: 1px solid var(--rule); padding: 9px 0; font-size: 14px; }
.truths p { overflow-wrap: anywhere; }

nav { border-bottom: 1px solid var(--rule); background: var(--page); position: sticky; top: 0; z-index: 2; }
nav ul { display: flex; gap: 0; list-style: none; overflow-x: auto; scrollbar-width: none; margin: 0 -10px; }
nav a { display: block; padding: 9px 10px; font-size: 13px; color: var(--soft); text-decoration: none; white-space: nowrap; }
nav a:hover { color: var(--ink); text-decoration: underline; text-underline-offset: 3px; }
:focus-visible { outline: 2px solid var(--c1); outline-offset: 2px; }

.figures { display: grid; grid-template-columns: repeat(6, minmax(0, 1fr)); padding: 20px 0 16px; }
.figures > div { padding: 0 18px; border-left: 1px solid var(--rule); }
.figures > div:first-child { padding-left: 0; border-left: 0; }
.figures dt { font-size: 13px; color: var(--soft); }
.figures .value { font-size: 25px; line-height: 1.25; font-weight: 650; letter-spacing: -.015em; font-variant-numeric: tabular-nums; white-space: nowrap; }
.figures .value.long { font-size: 17px; line-height: 31px; }
.figures .value.words { font-size: 15px; line-height: 31px; letter-spacing: 0; font-weight: 550; }
.figures .aside { font-size: 12.5px; line-height: 1.35; }
.small-head { font-size: 15px; font-weight: 650; }
.count { color: var(--faint); font-weight: 400; font-size: 13px; padding-left: 8px; }

main > section { padding-top: 52px; }
main > section#summary { padding-top: 0; }
main h2 { font-size: 24px; line-height: 1.25; letter-spacing: -.015em; font-weight: 650; }
main h2.small-head { font-size: 15px; letter-spacing: 0; }
main h3 { font-size: 16px; font-weight: 650; padding: 26px 0 8px; }
main h3.group { padding-top: 34px; }
main h4 { font-size: 14px; font-weight: 650; }
.lead { color: var(--soft); padding: 4px 0 14px; max-width: 72ch; }
.note { color: var(--faint); font-size: 13px; max-width: 80ch; }
.empty { color: var(--soft); background: var(--sunken); padding: 14px 16px; margin: 12px 0; border-radius: 4px; }
.quiet { color: var(--soft); font-size: 14px; padding: 14px 0; }
.quiet b { color: var(--ink); font-weight: 650; padding-right: 8px; }
.notice { display: block; padding: 8px 0 14px; max-width: 80ch; }
.prose { list-style: none; columns: 2; column-gap: 56px; padding-top: 8px; font-size: 14px; }
.prose li { padding: 5px 0; break-inside: avoid; }

.scroll { overflow-x: auto; position: relative; }
table { border-collapse: separate; border-spacing: 0; width: 100%; font-size: 13.5px; line-height: 1.4; }
th, td { padding: 7px 10px; text-align: left; vertical-align: baseline; border-bottom: 1px solid var(--rule); font-weight: 400; overflow-wrap: anywhere; }
th:first-child, td:first-child { padding-left: 0; }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--soft); font-size: 12.5px; vertical-align: bottom; border-bottom-color: var(--rule-strong); white-space: nowrap; }
tbody th { font-weight: 500; }
table.plain { min-width: 620px; } table.plain th[scope="row"] { min-width: 8.5em; } table.plain td.text { min-width: 6em; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
th:first-child[scope="row"] { font-variant-numeric: tabular-nums; }
.missing { color: var(--faint); white-space: normal; font-size: 11.5px; line-height: 1.25; overflow-wrap: normal; }
table.objectives th, table.objectives td { padding-top: 5px; padding-bottom: 5px; }
table.journeys { table-layout: fixed; min-width: 1080px; }
table.journeys col.name { width: auto; } table.journeys col.figure { width: 80px; } table.journeys col.tail { width: 116px; } table.journeys col.requests { width: 100px; } table.journeys col.failed { width: 116px; }
table.journeys th, table.journeys td { padding-left: 6px; padding-right: 6px; }
table.journeys th:first-child { padding-left: 0; } table.journeys td:last-child, table.journeys th:last-child { padding-right: 0; }
table.journeys > tbody > tr:has(+ .steps) > * { border-bottom: 0; padding-bottom: 1px; }
table.journeys tr.steps > td { padding: 0 0 6px; }
table.journeys > tbody > tr > th { font-weight: 600; }
table.journeys .overall > tr > * { font-weight: 650; border-bottom-color: var(--rule-strong); }
table.journeys details table { margin-top: 2px; }
table.journeys details th[scope="row"] { padding-left: 16px; font-weight: 400; color: var(--soft); }
table.journeys details tr > * { border-bottom: 0; padding-top: 3px; padding-bottom: 3px; }
table.traces.traces { min-width: 980px; } table.traces.traces th[scope="row"] { min-width: 15em; }
table.events th, table.events td { padding-top: 4px; padding-bottom: 4px; }
.decisions { list-style: none; font-size: 13.5px; padding: 6px 0 2px; }
.decisions li { display: grid; grid-template-columns: 26px 52px minmax(0, 1fr); padding: 2px 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.decisions time { color: var(--soft); }
table.objectives th { width: 24%; } table.objectives th:nth-child(2) { width: 22%; } table.objectives th:nth-child(n + 3) { width: 13%; }
table.objectives td:last-child, table.objectives th:last-child { padding-left: 40px; }
table.phases { max-width: 720px; } table.phases td:last-child { width: 50%; }
details > summary { cursor: pointer; color: var(--link); font-size: 13px; padding: 8px 0; width: fit-content; }
table.journeys details > summary { padding: 0 0 3px; font-size: 12.5px; }

.badge { font-weight: 650; font-size: 13px; white-space: nowrap; }
.glyph { flex: none; }
.badge .glyph { vertical-align: -3px; }
.good { color: var(--good); } .bad { color: var(--bad); } .unknown { color: var(--unknown); } .void { color: var(--void); }
.findings { list-style: none; padding-top: 12px; }
.findings li { display: grid; grid-template-columns: 92px minmax(0, 1fr); gap: 12px; align-items: baseline; padding: 9px 0; border-bottom: 1px solid var(--rule); }
.findings p { overflow-wrap: anywhere; }

.tiers { columns: 2; column-gap: 56px; }
.tier { break-inside: avoid; padding-bottom: 18px; }
.tier h3 { text-transform: capitalize; padding: 6px 0 4px; border-bottom: 1px solid var(--rule-strong); }
.source { padding: 8px 0 4px; }
.source dl > div, .facts > div { display: grid; grid-template-columns: minmax(90px, 1fr) minmax(0, 1.5fr); gap: 14px; padding: 3px 0; font-size: 13.5px; }
.source dt, .facts dt { color: var(--soft); overflow-wrap: anywhere; }
.source dd { text-align: right; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.facts > div { grid-template-columns: 108px minmax(0, 1fr); border-bottom: 1px solid var(--grid); padding: 5px 0; }
.facts dd { overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.columns { columns: 2; column-gap: 56px; }
.columns > div { break-inside: avoid; padding-bottom: 10px; }
.command { background: var(--sunken); border-radius: 4px; padding: 13px 16px; margin: 14px 0 0; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; font-size: 13px; }
footer { color: var(--faint); font-size: 13px; padding: 44px 0 40px; }
`;
