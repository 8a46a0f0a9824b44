import { backgrounds, DARK, LIGHT } from '../html/style.js';

/** One table for all proxies; on a phone each of its rows becomes a card. */
export const LIVE_STYLE = `
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#5d6670;--line:#dfe3e8;--paper:#f5f6f8;--card:#fff;--head:#eceff3;
--req:#2563eb;--err:#d0212c;--que:#b45309;--rt:#7c3aed;--out:#0f766e}
*{box-sizing:border-box}
body{margin:0;font:14px/1.4 system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif;color:var(--ink);background:var(--paper)}
main,header{max-width:1400px;margin:0 auto;padding:0 16px}
header{padding-top:14px}
h1{font-size:20px;margin:0;display:inline-block}
.facts{color:var(--soft);margin-left:10px}
a{color:var(--req)}
button,input{font:inherit;color:inherit}
button{cursor:pointer}
button,.bar input[type=search]{border:1px solid var(--line);border-radius:6px;background:var(--card);padding:5px 10px}
:focus-visible{outline:2px solid var(--req);outline-offset:1px}
#trouble{display:block;margin:10px 0 0;padding:8px 12px;border-radius:8px;background:#d0212c;color:#fff;font-weight:600}
#trouble:empty{display:none}
.tiles{display:grid;grid-template-columns:repeat(6,1fr);gap:10px;margin:12px 0}
.tile{position:relative;overflow:hidden;background:var(--card);border:1px solid var(--line);border-radius:10px;padding:8px 12px 30px}
.tile span{color:var(--soft);font-size:12px;display:block}
.tile b{font-size:22px;font-variant-numeric:tabular-nums;line-height:1.3}
.tile small{color:var(--soft);margin-left:4px}
.tile svg{position:absolute;left:0;bottom:0;width:100%;height:28px}
.bar{display:flex;flex-wrap:wrap;gap:8px 14px;align-items:center;margin:0 0 10px}
.bar input[type=search]{width:16em;max-width:100%}
.bar .end{margin-left:auto;color:var(--soft)}
table{border-collapse:separate;border-spacing:0;width:100%;table-layout:fixed;background:var(--card);border:1px solid var(--line);border-radius:10px}
thead th{position:sticky;top:0;z-index:1;background:var(--head);font-size:12px;color:var(--soft);font-weight:600;text-align:right;padding:6px 10px}
thead th:nth-child(-n+2){text-align:left}
thead th:first-child{width:18%;border-top-left-radius:10px}
thead th:nth-child(2){width:12%}
thead th:nth-child(7){width:9%}
thead th:last-child{width:10%;border-top-right-radius:10px}
td,tbody th{padding:3px 10px;border-top:1px solid var(--line);height:30px;text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
tbody th{font-weight:400;text-align:left}
tr.px th{background:var(--head);padding:2px 4px}
tr.px button{font-weight:700;border:0;background:none;padding:4px 6px;text-align:left}
tr.px button::before{content:"\\25be";display:inline-block;width:1.1em;color:var(--soft)}
tr.px button[aria-expanded=false]::before{content:"\\25b8"}
tr.px small{color:var(--soft);font-weight:400}
th button.nm{border:0;background:none;padding:2px 0;max-width:100%;overflow:hidden;text-overflow:ellipsis;text-align:left}
th button.nm:hover{text-decoration:underline}
tr.S th{padding-left:22px}
tr.F th,tr.B th{font-style:italic}
td.st{text-align:left}
.pill{display:inline-block;max-width:100%;overflow:hidden;text-overflow:ellipsis;vertical-align:middle;padding:0 9px;border-radius:9px;font-size:12px;font-weight:600;line-height:19px;color:#000}
.st small{color:var(--soft);margin-left:6px}
td.m{position:relative}
td.m svg{float:left;width:calc(100% - 4.6em);height:22px}
td.m b{font-weight:500;line-height:22px}
svg path{fill:currentColor;fill-opacity:.16;stroke:currentColor;stroke-width:1.4;vector-effect:non-scaling-stroke;stroke-linejoin:round}
.req{color:var(--req)}.err{color:var(--err)}.que{color:var(--que)}.rt{color:var(--rt)}.out{color:var(--out)}
td.m b,.tile b{color:var(--ink)}
td.z b{color:var(--soft);opacity:.75}
td.hot b{color:var(--err);font-weight:700}
td.no>*,td.no::before{visibility:hidden}
tr.more td{text-align:left;white-space:normal;background:var(--paper);padding:10px 22px;height:auto}
.more dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(170px,1fr));gap:6px 18px;margin:0}
.more dt{font-size:12px;color:var(--soft)}
.more dd{margin:0;overflow-wrap:anywhere}
.more p{margin:10px 0 0;display:flex;flex-wrap:wrap;gap:6px;align-items:center}
#log{margin:14px 0 30px}
#log h2{font-size:14px;margin:0 0 4px}
#log ol{margin:0;padding:0;list-style:none;font-variant-numeric:tabular-nums}
#log li{padding:2px 0}
#log time{color:var(--soft);margin-right:8px}
.empty{padding:40px 10px;text-align:center;color:var(--soft)}
[hidden]{display:none!important}
${backgrounds(LIGHT)}
@media (max-width:1000px){.tiles{grid-template-columns:repeat(3,1fr)}}
@media (max-width:760px){
main,header{padding-left:10px;padding-right:10px}
.facts{display:block;margin:0}
.tiles{gap:6px}.tile{padding:6px 8px 26px}.tile b{font-size:18px}
.bar input[type=search]{flex:1 1 100%;width:auto;font-size:16px;padding:8px 10px}
.bar .end{display:none}
table,tbody{display:block}
thead{display:block;position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
tr{display:block}
tbody tr:not(.px):not(.more){display:grid;grid-template-columns:repeat(4,minmax(0,1fr));gap:0 8px;border-top:1px solid var(--line);padding:6px 10px;content-visibility:auto;contain-intrinsic-size:auto 78px}
td,tbody th,tr.S th{border:0;padding:0;height:auto}
tr.px th{display:block;padding:4px}
tr.px button,th button.nm{min-height:32px}
th button.nm{font-weight:600}
tbody tr:not(.px)>th{grid-column:1/3;align-self:center}
td.st{grid-column:3/5;text-align:right;align-self:center}
td.ses,td.by{display:none}
td.st small:empty{display:none}
.more dl{grid-template-columns:1fr 1fr}
td.m{display:flex;flex-direction:column;text-align:left}
td.m::before{content:attr(data-label);display:block;font-size:11px;color:var(--soft)}
td.m svg{float:none;order:1;width:100%;height:16px}
td.m b{line-height:1.2}
tr.more td{display:block;padding:10px}
.more button{min-height:36px}
}
@media (prefers-color-scheme:dark){
:root{--ink:#e6e8eb;--soft:#98a2ad;--line:#2c3238;--paper:#111417;--card:#181c20;--head:#20262b;
--req:#6ea8fe;--err:#ff6b6b;--que:#f0a94a;--rt:#b794f6;--out:#4fd1c5}
.pill{color:#fff}
${backgrounds(DARK)}
}
`;
