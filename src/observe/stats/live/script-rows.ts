/** Second part: the rows of the table, their filter, and what unfolds below them. */
export const ROWS_SCRIPT = String.raw`
const METRICS = ['req', 'err', 'que', 'rt'];
/** The least full height of a picture, so that a single request does not look like a flood. */
const LEAST = { req: 1, err: 1, que: 1, rt: 5 };
const LABELS = { F: 'Frontend', B: 'Backend' };
const HEALTHY = new Set(['active_up', 'backup_up', 'active_no_check', 'backup_no_check', 'frontend', 'backend', 'socket']);
const proxies = new Map();

function newProxy(data) {
  const body = byId('proxy').content.firstElementChild.cloneNode(true);
  const button = body.querySelector('button');
  const proxy = { body, button, rows: new Map(), order: '' };
  put(button, data.name);
  button.onclick = () => {
    button.setAttribute('aria-expanded', String(button.getAttribute('aria-expanded') !== 'true'));
    filter();
  };
  byId('table').append(body);
  return proxy;
}

function newRow(proxy, name, kind, label) {
  const tr = byId('row').content.firstElementChild.cloneNode(true);
  const row = { tr, name, kind, button: tr.querySelector('button'), pill: tr.querySelector('.pill'),
    since: tr.querySelector('small'), sessions: tr.querySelector('.ses'), out: tr.querySelector('.by'),
    cells: {}, history: {}, last: undefined, more: undefined };
  tr.classList.add(kind);
  put(row.button, label);
  row.button.onclick = () => unfold(proxy, row);
  for (const metric of METRICS) {
    const cell = tr.querySelector('.' + metric);
    row.cells[metric] = { cell, path: cell.querySelector('path'), value: cell.querySelector('b') };
    row.history[metric] = [];
  }
  return row;
}

/** Takes in the figures of a row: rates are differences between two answers. */
function take(row, now, seconds, gap) {
  const before = row.last;
  const rate = (name) => before === undefined || !(seconds > 0) ? 0 : Math.max(0, now[name] - before[name]) / seconds;
  row.now = now;
  row.last = now;
  row.outRate = rate('bytesOut');
  row.rates = { req: rate('requests'), err: rate('errors'), que: now.queue || 0, rt: now.time || 0 };
  if (before === undefined) return;
  for (const metric of METRICS) {
    if (gap) row.history[metric].length = 0;
    remember(row.history[metric], row.rates[metric]);
  }
}

function paint(row, scales) {
  const { now } = row;
  put(row.pill, now.status.startsWith('MAINT') ? 'MAINT' : now.status);
  if (row.shade !== now.shade) row.pill.className = 'pill ' + (row.shade = now.shade);
  row.pill.title = now.status;
  put(row.since, now.since === null ? '' : duration(now.since));
  put(row.sessions, number(now.sessions) + (now.limit ? ' / ' + number(now.limit) : ''));
  put(row.out, bytes(row.outRate) + '/s');
  for (const metric of METRICS) {
    const { cell, path, value } = row.cells[metric];
    const absent = metric === 'que' ? now.queue === null : metric === 'rt' && now.time === null;
    const rate = row.rates[metric];
    put(value, absent ? '' : metric === 'rt' ? millis(rate) : number(rate));
    draw(path, absent ? [] : row.history[metric], scales[metric]);
    const mood = absent ? ' no' : rate === 0 ? ' z' : metric === 'err' ? ' hot' : '';
    if (cell.mood !== mood) cell.className = 'm ' + metric + (cell.mood = mood);
  }
  if (row.more !== undefined) tell(row);
}

/** Servers of a backend share their scale: whoever gets more stands out. */
function scalesOf(rows) {
  const scales = {};
  for (const metric of METRICS) scales[metric] = Math.max(LEAST[metric], ...rows.map((row) => highest(row.history[metric], 0)));
  return scales;
}

const FACTS = [
  ['State', (now) => now.status + (now.since === null ? '' : ' for ' + duration(now.since))],
  ['Last check', (now) => now.check],
  ['Address', (now) => now.address],
  ['Weight', (now) => now.weight],
  ['Sessions', (now) => now.sessions + (now.limit ? ' of ' + now.limit : '')],
  ['Requests or sessions', (now) => now.requests],
  ['Errors', (now) => now.errors],
  ['Received', (now) => bytes(now.bytesIn)],
  ['Sent', (now) => bytes(now.bytesOut)],
  ['Down in all', (now) => now.downtime === null ? null : duration(now.downtime)],
];

function unfold(proxy, row) {
  const open = row.more === undefined;
  row.button.setAttribute('aria-expanded', String(open));
  if (!open) {
    row.more.remove();
    row.more = undefined;
    return;
  }
  row.more = byId('more').content.firstElementChild.cloneNode(true);
  if (row.kind === 'S') offer(proxy, row);
  row.tr.after(row.more);
  tell(row);
}

function tell(row) {
  const list = row.more.querySelector('dl');
  const facts = FACTS.map(([name, value]) => [name, value(row.now)]).filter(([, value]) => value !== null && value !== undefined);
  if (list.children.length !== facts.length) {
    list.replaceChildren(...facts.map(() => {
      const pair = document.createElement('div');
      pair.append(document.createElement('dt'), document.createElement('dd'));
      return pair;
    }));
  }
  facts.forEach(([name, value], i) => {
    put(list.children[i].firstChild, name);
    put(list.children[i].lastChild, String(value));
  });
}

function filter() {
  const wanted = byId('find').value.trim().toLowerCase();
  const trouble = byId('ill').checked;
  let any = false;
  for (const [name, proxy] of proxies) {
    let shown = 0;
    for (const row of proxy.rows.values()) {
      const ill = !HEALTHY.has(row.now.shade) || row.rates.err > 0 || row.rates.que > 0;
      const fits = (wanted === '' || (name + '/' + row.button.shown).toLowerCase().includes(wanted)) && (!trouble || ill);
      if (fits) shown++;
      const folded = proxy.button.getAttribute('aria-expanded') !== 'true' && (row.kind === 'S' || row.kind === 'L');
      row.tr.hidden = !fits || folded;
      if (row.more !== undefined) row.more.hidden = row.tr.hidden;
    }
    proxy.body.hidden = shown === 0;
    any ||= shown > 0;
  }
  byId('none').hidden = any;
  byId('table').hidden = !any;
}
`;
