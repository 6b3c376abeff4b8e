import { CHART_STYLE } from "../charts/chartStyle";
import { Html } from "./htmlTemplate";

/**
 * Text has a contrast of at least 4.5 to 1 on both backgrounds, and the marks in charts at least 3
 * to 1.
 */
const PAGE_STYLE = `
:root { color-scheme: light dark; --page: #fff; --text: #1b1f24; --quiet: #57606a; --line: #d0d7de;
  --box: #f6f8fa; --link: #0550ae;
  --done: #116329; --missing: #7d4e00; --failing: #a40e26; --building: #0550ae;
  --before: #b35900; --after: #0550ae; }
@media (prefers-color-scheme: dark) { :root { --page: #0d1117; --text: #e6edf3; --quiet: #9ea7b3;
  --line: #3d444d; --box: #161b22; --link: #79c0ff;
  --done: #56d364; --missing: #e3b341; --failing: #ff8182; --building: #79c0ff;
  --before: #f0883e; --after: #58a6ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 72rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 1rem 0 .25rem; }
h2 { font-size: 1.3rem; margin: 2.5rem 0 .75rem; padding-bottom: .25rem;
  border-bottom: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1rem 0 .25rem; }
h4 { font-size: .875rem; margin: 0; color: var(--quiet); }
a { color: var(--link); }
header p, footer, figcaption, caption, dt { color: var(--quiet); font-size: .875rem; }
p { margin: .25rem 0; }
ul { margin: 0; padding: 0; list-style: none; }
summary { cursor: pointer; }
#verdict { --state: var(--missing); margin: 1rem 0; padding: .75rem 1rem 1rem;
  border: 2px solid var(--state); border-left-width: .75rem; border-radius: 6px;
  background: var(--box); }
#verdict.complete { --state: var(--done); }
#verdict.building { --state: var(--building); }
#verdict.failing { --state: var(--failing); }
#verdict h2 { margin: 0; padding: 0; border: 0; font-size: 1.35rem; line-height: 1.3; }
#verdict h2 strong { color: var(--state); }
#verdict dd { font-weight: 600; font-variant-numeric: tabular-nums; }
#verdict ul { display: flex; flex-wrap: wrap; gap: 0 1.25rem; font-size: .875rem; }
nav { font-size: .875rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; }
.checklist > li { border-left: 4px solid var(--missing); padding: .1rem 0 .1rem .75rem;
  margin: .6rem 0; }
.checklist > li.done { border-color: var(--done); }
.checklist > li.failing { border-color: var(--failing); }
.checklist h3 { display: inline; margin: 0; }
.checklist ul, .checklist details details { font-size: .875rem; }
.problem { border-left: 4px solid var(--failing); padding: .5rem .75rem; background: var(--box); }
.stale { border-left: 4px solid var(--missing); padding: .25rem .75rem; background: var(--box); }
.mark { font-weight: 700; }
.mark.done { color: var(--done); }
.mark.missing { color: var(--missing); }
.mark.failing { color: var(--failing); }
.before { color: var(--before); }
.after { color: var(--after); }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap; }
pre { margin: .25rem 0; padding: .75rem; background: var(--box); border: 1px solid var(--line);
  border-radius: 6px;
  font-size: .8125rem; white-space: pre-wrap; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(14rem, 1fr)); gap: .5rem 1rem;
  margin: .5rem 0; }
dd { margin: 0; }
.plans { display: grid; grid-template-columns: 1fr 1fr; gap: .75rem; }
.plans > div { background: var(--box); border: 1px solid var(--line); border-radius: 6px;
  padding: .5rem .75rem; font-size: .875rem; }
@media (max-width: 40rem) { .plans { grid-template-columns: 1fr; } }
.tree li { margin-top: .35rem; }
.tree ul { border-left: 1px solid var(--line); padding-left: .75rem; }
.tree p { margin: 0; font-size: .8125rem; }
.tree code { font-size: .75rem; }
figure { margin: .75rem 0; }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 26rem), 1fr));
  gap: .5rem 2rem; }
.plots figure { margin: .5rem 0; }
.scroll { position: relative; overflow-x: auto; margin: .75rem 0; }
table { border-collapse: collapse; width: 100%; font-size: .875rem;
  font-variant-numeric: tabular-nums; }
caption { text-align: left; padding-bottom: .25rem; }
th, td { text-align: left; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; min-width: 5.5rem; }
tbody th { font-weight: 400; min-width: 9rem; }
#use tbody th { min-width: 12.5rem; }
`;

/** Everything is on paper, what is folded on a screen too. */
const PRINT_STYLE = `
@media print { :root { --page: #fff; --text: #000; --quiet: #333; --line: #999; --box: #fff;
  --link: #000; --done: #116329; --missing: #7d4e00; --failing: #a40e26; --building: #0550ae;
    --before: #b35900; --after: #0550ae; }
  body { max-width: none; padding: 0; font-size: 10pt; print-color-adjust: exact; }
  nav { display: none; }
  details::details-content { content-visibility: visible; height: auto; }
  article, figure, table, .checklist > li { break-inside: avoid; }
  h2, h3 { break-after: avoid; } }
`;

export const STYLE = new Html(`<style>${PAGE_STYLE}${CHART_STYLE}${PRINT_STYLE}</style>`);
