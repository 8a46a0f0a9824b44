/** Colours of rows by class: what HAProxy users have learnt to read from across the room. */
export const LIGHT: Readonly<Record<string, string>> = {
  titre: '#20d0d0',
  frontend: '#e8e8d0',
  socket: '#d0d0d0',
  backend: '#e8e8d0',
  active_up: '#c0ffc0',
  active_down: '#ff9090',
  active_going_up: '#ffd020',
  active_going_down: '#ffffa0',
  active_nolb: '#20a0ff',
  active_draining: '#20a0ff',
  active_no_check: '#e0e0e0',
  backup_up: '#b0d0ff',
  backup_down: '#ff9090',
  backup_going_up: '#ff80ff',
  backup_going_down: '#c060ff',
  backup_nolb: '#90b0e0',
  backup_draining: '#cc9900',
  backup_no_check: '#e0e0e0',
  maintain: '#c07820',
};
/** The same for dark pages. */
export const DARK: Readonly<Record<string, string>> = {
  titre: '#1a7f7f',
  frontend: '#2f3437',
  socket: '#2a2d2f',
  backend: '#2f3437',
  active_up: '#175a0c',
  active_down: '#7c0a0a',
  active_going_up: '#8a6d00',
  active_going_down: '#66660a',
  active_nolb: '#0a5f9c',
  active_draining: '#0a5f9c',
  active_no_check: '#33373a',
  backup_up: '#1f3b66',
  backup_down: '#7c0a0a',
  backup_going_up: '#70106f',
  backup_going_down: '#4b0f78',
  backup_nolb: '#24406b',
  backup_draining: '#7d5e00',
  backup_no_check: '#33373a',
  maintain: '#855113',
};

/** One rule for each class. */
export function backgrounds(colours: Readonly<Record<string, string>>): string {
  return Object.entries(colours)
    .map(([name, colour]) => `.${name}{background:${colour}}`)
    .join('\n');
}

/** Tooltips are children of a dotted `u` and appear on hover or focus, so the page works without scripts. */
export const STYLE = `
body{font:12px/1.35 arial,helvetica,sans-serif;color:#000;background:#fff}
h1{font-size:x-large;margin:0.4em 0 0.3em}
h1 a{color:inherit;text-decoration:none}
h1 small{font-size:small;font-weight:normal;color:#555}
h2{font-size:x-large;font-style:italic;color:#6020a0;margin:0}
h3{font-size:16px;color:#b00040;background:#e8e8d0;margin:0}
li{margin:0.25em 2em 0 0}
ul{margin-top:0.25em}
hr{border:0;border-bottom:1px solid #000;margin:0.25em 0}
.rls{letter-spacing:0.2em;margin-right:1px}
.titre{font-weight:bold;text-align:center}
${backgrounds(LIGHT)}
a.px{color:#ffff40;text-decoration:none}
a.px:hover{color:#fff}
a.lfsb{color:#000;text-decoration:none}
a.lfsb:hover{color:#505050}
table.head>tbody>tr>td{vertical-align:top;padding:0 1em 0 0;white-space:nowrap}
table.head p{margin:0.4em 0}
table.tbl{border-collapse:collapse;width:100%}
table.tbl td,table.tbl th{font-size:10px;border:1px solid gray}
table.tbl td{text-align:right;padding:2px 3px;white-space:nowrap}
table.tbl td.ac{text-align:center}
table.tbl th.pxname{width:10%;background:#b00040;color:#ffff40;border-bottom:0;padding:2px 3px;white-space:nowrap}
table.tbl th.empty{width:90%;border:0;background:#fff}
table.tbl th.desc{width:90%;background:#fff;text-align:left;border-bottom:0;padding:2px 3px}
table.lgd{border-collapse:collapse;margin-bottom:0.3em}
table.lgd td{font-size:10px;border:1px solid gray;padding:2px;min-width:1em}
table.lgd td.noborder{border:0}
table.tbl table.det td,table.tbl table.det th{border:0;font-size:11px}
table.det{border-collapse:collapse}
table.det th{text-align:left;padding-right:1px}
table.det td{padding-left:4px;font-weight:normal}
u{text-decoration:none;border-bottom:1px dotted #000}
div.tips{visibility:hidden;position:absolute;z-index:9;padding:2px 4px 3px;text-align:left;white-space:nowrap;font-size:11px;
font-weight:normal;color:#000;background:#f0f060;border:1px solid #7040c0;border-radius:3px;box-shadow:gray 2px 2px 3px}
u:hover>div.tips,u:focus-within>div.tips{visibility:visible}
table.tbl td.box,table.tbl th.box{width:1px;padding:0 2px}
table.tbl input{margin:1px 2px}
.bad{color:#d00000}
form.admin{margin:0}
@media (prefers-color-scheme:dark){
body{color:#e8e6e3;background:#131516}
h1 small{color:#aaa}
h2{color:#a265e0}

.bad{color:#ff6060}
h3{color:#ff5190;background:#3e3e1f}
a{color:#4b9fff}
hr{border-color:#8c8273}
input,select{color:inherit;background:#2f3437}
${backgrounds(DARK)}
a.lfsb{color:#e8e6e3}
a.lfsb:hover{color:#b5afa6}
table.tbl th.pxname{background:#8d0033}
table.tbl th.empty,table.tbl th.desc{background:#131516}
u{border-color:#e8e6e3}
div.tips{background:#77770b;color:#f4f2ef}
}
`;
