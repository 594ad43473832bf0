// How the page looks: light and dark, narrow and wide, and on paper. Its sum stands in the page's own policy (page.ts).

export const STYLE = `
:root {
  --paper: #fff; --ink: #1b1f24; --soft: #57606a; --line: #d4d9df; --panel: #f5f7f9;
  --good: #116329; --bad: #a40e26; --warn: #7d4e00; --link: #0550ae;
  --before: #7d8590; --after: #1a7f37; --step: #3b6ea8;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #14181d; --ink: #e4e8ed; --soft: #a3adb8; --line: #39424c; --panel: #1d232a;
    --good: #6fdd8b; --bad: #ff9492; --warn: #f0b72f; --link: #8cc2ff;
    --before: #8a94a0; --after: #4ac26b; --step: #6ea3dc;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body {
  margin: 0 auto; padding: 1.5rem clamp(1rem, 3vw, 2.5rem) 3rem; max-width: 76rem;
  background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", "Liberation Sans", Arial, sans-serif;
  overflow-wrap: break-word;
}
p, ul, dl, dd { margin: 0; }
h1 { margin: 0 0 1rem; font-size: 1.75rem; line-height: 1.2; }
h2 { margin: 2.5rem 0 .75rem; padding-bottom: .25rem; border-bottom: 2px solid var(--line); font-size: 1.25rem; line-height: 1.3; }
h3 { margin: 1.5rem 0 .5rem; font-size: 1rem; }
h2 + p, h2 + * + p { margin-bottom: .75rem; }
section > p { max-width: 90ch; color: var(--soft); }
code, .todo li, .finding li { font-family: ui-monospace, "Liberation Mono", Menlo, Consolas, monospace; font-size: .875em; }
a { color: var(--link); }
a:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.kind { color: var(--soft); font-weight: 600; }
.outcome { padding: .75rem 1rem; border: 1px solid var(--line); border-left: .5rem solid var(--soft); border-radius: .375rem; background: var(--panel); }
.outcome .ending { font-size: 1.25rem; font-weight: 700; }
.outcome.good { border-left-color: var(--good); }
.outcome.bad { border-left-color: var(--bad); }
.outcome.warn { border-left-color: var(--warn); }
.outcome.good .ending { color: var(--good); }
.outcome.bad .ending { color: var(--bad); }
.outcome.warn .ending { color: var(--warn); }
.numbers { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .75rem; margin-top: .75rem; }
.numbers > div { padding: .75rem 1rem; border: 1px solid var(--line); border-radius: .375rem; }
.numbers dt { color: var(--soft); font-size: .875rem; }
.numbers dd { font-size: 1.5rem; font-weight: 700; line-height: 1.25; font-variant-numeric: tabular-nums; }
.numbers .more { color: var(--soft); font-size: .875rem; font-weight: 400; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin-top: 1.5rem; padding: 0; list-style: none; }
.facts > div { display: grid; grid-template-columns: 8rem 1fr; gap: 1rem; padding: .25rem 0; }
.facts > div + div { border-top: 1px solid var(--line); }
.facts dt { color: var(--soft); }
.facts + table { margin-top: .75rem; }
table { width: 100%; border-collapse: collapse; font-size: .9375rem; font-variant-numeric: tabular-nums; }
th, td { padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--soft); font-size: .8125rem; font-weight: 600; white-space: nowrap; vertical-align: bottom; }
tbody th { font-weight: 600; }
.number { text-align: right; white-space: nowrap; }
.word { white-space: nowrap; }
.name { min-width: 9.5rem; }
.name, .hash, .facts dd, td, li, p, h1 { overflow-wrap: anywhere; }
.hash { color: var(--soft); font-size: .75rem; }
td code { overflow-wrap: anywhere; }
.badge { display: inline-block; padding: 0 .5em; border: 1px solid currentColor; border-radius: 1em; font-size: .8125rem; font-weight: 600; line-height: 1.5; white-space: nowrap; }
.badge.good { color: var(--good); }
.badge.bad { color: var(--bad); border-width: 2px; }
.badge.warn { color: var(--warn); border-style: dashed; }
.badge.plain { color: var(--soft); }
.bar { display: block; width: 100%; min-width: 4rem; height: .75rem; margin: .375rem 0; }
.bar .before { fill: var(--before); }
.bar .after { fill: var(--after); }
.bar .step { fill: var(--step); }
.pair { display: grid; grid-template-columns: 3.25rem minmax(4rem, 1fr) 4.25rem; column-gap: .5rem; align-items: center; }
.pair span { color: var(--soft); font-size: .875rem; }
.pair b { font-weight: 600; white-space: nowrap; }
.finding { margin: .75rem 0; padding: .5rem .75rem; border: 1px solid var(--line); border-left: .375rem solid var(--soft); border-radius: .25rem; }
.finding.bad { border-left-color: var(--bad); }
.finding.warn { border-left-color: var(--warn); }
.finding table { margin: .5rem 0; }
.finding ul, .todo ul { padding-left: 1.25rem; }
.place { color: var(--soft); font-size: .875rem; }
footer { margin-top: 3rem; color: var(--soft); font-size: .875rem; }

@media screen and (max-width: 46rem) {
  .facts > div { grid-template-columns: 1fr; gap: 0; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, tbody, tr, tbody th, td { display: block; width: 100%; }
  tr { padding: .5rem 0; border-bottom: 1px solid var(--line); }
  tbody th, td { padding: .125rem 0; border: 0; }
  td { display: grid; grid-template-columns: 6.5rem 1fr; gap: .75rem; }
  td::before { content: attr(data-label); color: var(--soft); font-size: .875rem; }
  td:empty { display: none; }
  .number { text-align: left; }
  .word { white-space: normal; }
  .name { min-width: 0; }
}

@media print {
  @page { size: A4; margin: 15mm 14mm; }
  html { font-size: 9pt; }
  body { max-width: none; padding: 0; }
  h2 { margin-top: 1.75rem; break-after: avoid; }
  h3 { break-after: avoid; }
  thead { display: table-header-group; }
  tr, .finding, .outcome, .numbers > div, .facts > div { break-inside: avoid; }
  nav { display: none; }
  .numbers { grid-template-columns: repeat(4, 1fr); }
  * { print-color-adjust: exact; }
}

@media (forced-colors: active) {
  .bar [class] { fill: CanvasText; }
}
`;
