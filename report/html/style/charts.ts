/** Charts. Text in charts is page text: same face, size fixed at any width. */
export const CHARTS = `
.panel { padding: 20px 0 4px; break-inside: avoid; }
.panel figcaption { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: center; gap: 2px 24px; padding-bottom: 4px; }
.panel h3, .panel h4 { padding: 0; font-size: 14px; font-weight: 650; }
.panel .unit { font-size: 13px; }
.panel .note { padding-top: 0; }
.plot { padding: 0 10px 0 58px; }
.plot.flush { padding: 0 4px; }
.chart { display: block; overflow: visible; font-family: var(--sans); }
.chart text { font-size: 11.5px; fill: var(--soft); font-variant-numeric: tabular-nums; }
.chart .grid { stroke: var(--grid); stroke-width: 1; }
.chart .base { stroke: var(--rule-strong); stroke-width: 1; }
.chart .shade { fill: var(--shade); }
.chart text.stage { fill: var(--faint); }
.chart text.letter { fill: var(--ink); font-weight: 700; font-size: 12px; }
.chart .moment { stroke: var(--ink); stroke-width: 1; stroke-dasharray: 1 3; }
.chart .level { stroke: var(--soft); stroke-width: 1.25; stroke-dasharray: 10 5; }
.chart text.row-name, .chart text.row-value { fill: var(--ink); font-size: 13px; }
.chart text.row-name { font-weight: 550; }
.chart .aside { fill: var(--faint); font-weight: 400; font-size: 12px; }
.chart text.missing { fill: var(--faint); font-size: 12px; }
.chart text.lane-text { fill: var(--faint); paint-order: stroke; stroke: var(--page); stroke-width: 4px; }
.chart .range { stroke: var(--rule-strong); stroke-width: 2; }
.chart .track { fill: var(--sunken); }
.line { fill: none; stroke-width: 1.75; stroke-linejoin: round; stroke-linecap: butt; }
.line.ink-1 { stroke: var(--c1); stroke-width: 2; }
.line.ink-2 { stroke: var(--c2); stroke-dasharray: 9 2.5; }
.line.ink-3 { stroke: var(--c3); stroke-dasharray: 2.5 2; }
.line.ink-4 { stroke: var(--c4); stroke-width: 2.5; }
.line.ink-5 { stroke: var(--c5); stroke-dasharray: 10 3 2 3; }
.line.ink-6 { stroke: var(--c6); stroke-dasharray: 5 4; }
.line.ink-7 { stroke: var(--c7); stroke-dasharray: 1.5 3; stroke-width: 2.5; }
.line.ink-8 { stroke: var(--c8); stroke-dasharray: 14 3; }
.line.broad { stroke: var(--s1); stroke-width: 6; }
.fill.ink-4 { fill: var(--c4); }
.mark { stroke: var(--page); stroke-width: 1.25; paint-order: stroke; }
.mark.ink-1 { fill: var(--c1); } .mark.ink-2 { fill: var(--c2); } .mark.ink-3 { fill: var(--c3); } .mark.ink-4 { fill: var(--c4); }
.mark.ink-5 { fill: var(--c5); } .mark.ink-6 { fill: var(--c6); } .mark.limit { fill: var(--ink); }
.lane-serving { fill: var(--serving); } .lane-starting, .lane-draining { fill: var(--rule-strong); }
.stretch-1 { fill: var(--s1); background: var(--s1); } .stretch-2 { fill: var(--s2); background: var(--s2); } .stretch-3 { fill: var(--s3); background: var(--s3); }
.stretch-4 { fill: var(--s4); background: var(--s4); } .stretch-5 { fill: var(--s5); background: var(--s5); }
.chart [class^="stretch"] { stroke: var(--page); stroke-width: 1; }
.tier-edge { fill: var(--s1); background: var(--s1); } .tier-app { fill: var(--c1); background: var(--c1); } .tier-pool-wait { fill: var(--c8); background: var(--c8); }
.tier-database { fill: var(--c2); background: var(--c2); } .tier-cache { fill: var(--c5); background: var(--c5); } .tier-other { fill: var(--c3); background: var(--c3); }
.chart .part { stroke: var(--page); stroke-width: 1; }
.chart text.span-name { fill: var(--ink); font-size: 12px; }
.bar rect { fill: var(--c1); }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 2px 16px; font-size: 12.5px; color: var(--soft); }
.legend li { display: flex; align-items: center; gap: 6px; overflow-wrap: anywhere; }
.legend .key { flex: none; }
.swatch { flex: none; width: 22px; height: 0; border-top: 2.5px solid; }
.swatch.block { height: 11px; width: 14px; border: 0; }
.swatch.ink-1 { border-color: var(--c1); } .swatch.ink-2 { border-color: var(--c2); border-top-style: dashed; }
.swatch.ink-3 { border-color: var(--c3); border-top-style: dotted; } .swatch.ink-4 { border-color: var(--c4); border-top-width: 3px; }
.swatch.ink-5 { border-color: var(--c5); border-top-style: dashed; } .swatch.ink-6 { border-color: var(--c6); border-top-style: dashed; border-top-width: 2px; }
.swatch.ink-7 { border-color: var(--c7); border-top-style: dotted; } .swatch.ink-8 { border-color: var(--c8); border-top-style: dashed; }
.swatch.broad { border-color: var(--s1); border-top-width: 6px; }
.swatch.area { border-top-width: 9px; width: 14px; }
.swatch.level { border-color: var(--soft); border-top-style: dashed; border-top-width: 1.5px; }
`;
