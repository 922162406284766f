// The style sheet of the HTML report. `data-theme` on the root overrules the system, for the preview in the interface;
// print is always light.

const LIGHT = `--bg:#fff;--text:#1b1c1e;--text-2:#4d5157;--faint:#686d74;--rule:#e3e3df;--strong:#c8c8c2;--soft:#f8f8f6;--accent:#3451c6;color-scheme:light`
const DARK = `--bg:#17181a;--text:#e9e9e7;--text-2:#b9bdc3;--faint:#959ba3;--rule:#2d3034;--strong:#474c52;--soft:#1c1e20;--accent:#93a8ff;color-scheme:dark`

export const REPORT_CSS = `
:root{${LIGHT}}
@media (prefers-color-scheme:dark){:root:not([data-theme=light]){${DARK}}}
:root[data-theme=dark]{${DARK}}
*{box-sizing:border-box}
html{background:var(--bg);color:var(--text);font:14px/1.55 system-ui,-apple-system,'Segoe UI','Noto Sans','Liberation Sans',sans-serif;overflow-wrap:anywhere}
body{margin:0}
main{max-width:820px;margin:0 auto;padding:40px 28px 64px}
h1{margin:0 0 14px;font-size:26px;line-height:1.2;font-weight:650}
h2{margin:40px 0 10px;padding-top:12px;border-top:1px solid var(--rule);font-size:18px;line-height:1.3;font-weight:650}
h2 span{display:inline-block;min-width:26px;color:var(--faint);font-weight:400}
h3{margin:24px 0 6px;font-size:14px;font-weight:650}
p{margin:0 0 10px}
.kind{margin:0 0 4px;color:var(--faint)}
ul{margin:0 0 10px;padding-left:20px}
li{margin:2px 0}
a{color:var(--accent);text-decoration:none}
a:hover{text-decoration:underline}
nav ol{display:flex;flex-wrap:wrap;gap:2px 18px;margin:14px 0 0;padding:0;list-style-position:inside;font-size:13px}
dl{display:grid;gap:3px 0;margin:0 0 10px}
dl div{display:grid;grid-template-columns:130px 1fr;gap:12px}
dt{color:var(--faint)}
dd{margin:0}
code,pre{font-family:ui-monospace,'SF Mono','Cascadia Mono','Liberation Mono','DejaVu Sans Mono',monospace;font-size:12px}
pre{margin:0;padding:12px 14px;border:1px solid var(--rule);border-radius:4px;background:var(--soft);white-space:pre-wrap}
.table{margin:18px 0;overflow-x:auto;overflow-wrap:normal}
table{width:100%;border-collapse:collapse;font-size:12.5px;line-height:1.4;border-bottom:1px solid var(--strong)}
caption{padding:0 0 6px;text-align:left;font-size:13px;color:var(--text-2)}
th{padding:4px 8px 4px 0;border-top:1px solid var(--strong);border-bottom:1px solid var(--strong);text-align:left;vertical-align:bottom;font-weight:600}
td{padding:3px 8px 3px 0;vertical-align:top;overflow-wrap:normal}
.long{overflow-wrap:anywhere;min-width:9em}
tbody tr+tr td{border-top:1px solid var(--rule)}
.num{padding-left:8px;padding-right:0;text-align:right;font-variant-numeric:tabular-nums}
td.num{white-space:nowrap}
td.num.long{white-space:normal}
th.num+th:not(.num),td.num+td:not(.num){padding-left:16px}
.note{margin:6px 0 0;color:var(--faint);font-size:12px}
figure{margin:20px 0}
figcaption{margin-top:6px;font-size:13px;color:var(--text-2)}
svg.figure{display:block;width:100%;height:auto;font-family:inherit}
svg text{fill:var(--text);font-size:10.5px}
svg .tick,svg .name{fill:var(--faint)}
svg .tick{font-size:10px;font-variant-numeric:tabular-nums}
svg .title{font-size:11px;font-weight:600}
svg .mark{fill:var(--faint);font-size:9.5px;font-style:italic}
svg .entry{fill:var(--text-2)}
svg .grid{stroke:var(--rule);stroke-width:.8;fill:none}
svg .axis{stroke:var(--strong);stroke-width:1;fill:none}
svg .level{stroke:var(--faint);stroke-width:1;stroke-dasharray:1.5 2.5;fill:none}
svg .leader{stroke:var(--strong);stroke-width:.7;fill:none}
svg .band{fill:var(--faint);fill-opacity:.22}
@page{size:A4;margin:18mm 16mm 20mm;@bottom-right{content:counter(page) ' / ' counter(pages);font:9px system-ui,'Liberation Sans',sans-serif;color:#686d74}}
@media print{
:root,:root[data-theme=dark],:root:not([data-theme=light]){${LIGHT}}
html{font-size:10pt}
main{max-width:none;padding:0}
nav{display:none}
h1{font-size:20pt}
h2{margin-top:26px;font-size:14pt;break-after:avoid}
h3{break-after:avoid;font-size:10.5pt}
figure,tr,.whole{break-inside:avoid}
caption{break-after:avoid}
thead{display:table-header-group}
.table{overflow:visible}
table{font-size:8.5pt}
.note{break-before:avoid;font-size:8.5pt}
code,pre{font-size:8pt}
a{color:inherit}
}
`
