/** Boxes in percent of their chart, in the colours of the page. */
export const CHART_STYLE = `
.chart { font-size: .8125rem; font-variant-numeric: tabular-nums; }
.chart i { position: absolute; display: block; }
.chart .label { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem;
  margin-top: .5rem; }
.track { position: relative; height: 1.5rem; margin: 0 2.25rem; }
.track.thin { height: .75rem; margin: 0; background: var(--box); }
.bar { top: 0; bottom: 0; min-width: 2px; background: var(--after); }
.link { top: calc(50% - 1px); height: 2px; background: var(--quiet); }
.column { top: 0; bottom: 0; width: 1px; background: var(--line); }
.xaxis { position: relative; height: 1.5rem; margin: 0 2.25rem; color: var(--quiet);
  font-size: .75rem; }
.xaxis span { position: absolute; top: .25rem; transform: translateX(-50%); white-space: nowrap; }
.framed { display: grid; grid-template-columns: 4.5rem 1fr; margin: 1rem 2rem 0 0; }
.framed .xaxis { grid-column: 2; margin: 0; }
.yaxis { position: relative; color: var(--quiet); font-size: .75rem; }
.yaxis span { position: absolute; right: .5rem; transform: translateY(50%); white-space: nowrap; }
.area { position: relative; height: 11rem; border-bottom: 1px solid var(--quiet); }
.area svg { position: absolute; inset: 0; width: 100%; height: 100%; overflow: visible; }
.area svg * { fill: none; stroke: currentColor; stroke-width: 2; vector-effect: non-scaling-stroke; }
.area svg .hollow { stroke-dasharray: 6 6; }
.rule { left: 0; right: 0; height: 1px; background: var(--line); }
.span { top: 0; bottom: 0; background: var(--after); opacity: .12; }
.span.dark { opacity: .3; }
.limit { left: 0; right: 0; border-top: 2px dashed var(--failing); }
.limit span { position: absolute; right: 0; bottom: 4px; padding: 0 .25rem; background: var(--page);
  color: var(--failing); font-style: normal; white-space: nowrap; }
.limit.high span { bottom: auto; top: 4px; }
.restart { top: -1.4em; transform: translateX(-50%); font-style: normal; }
.dot { width: .625rem; height: .625rem; border-radius: 50%; transform: translate(-50%, 50%);
  background: currentColor; border: 2px solid currentColor; }
.dot.hollow { width: .875rem; height: .875rem; background: none; }
.dot.square { border-radius: 0; }
.dot.diamond { border-radius: 0; width: .75rem; height: .75rem;
  transform: translate(-50%, 50%) rotate(45deg); }
.dot.triangle { border: 0; border-radius: 0; width: .75rem; height: .75rem;
  clip-path: polygon(50% 0, 100% 100%, 0 100%); }
.track .dot { top: 50%; transform: translate(-50%, -50%); }
`;
