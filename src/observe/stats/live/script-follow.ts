/**
 * Third part: the figures as they come, the list of changes, the admin form.
 *
 * They come as server-sent events each second, as long as somebody looks. Where none arrive (a proxy between that keeps
 * answers until they are whole, a process that was replaced, access refused) the page asks for them itself and says what
 * it was told, until they come again.
 */
export const FOLLOW_SCRIPT = String.raw`
const EVERY = 1000;
/** How long no event may come before the page asks. */
const SILENCE = 3000;
/** Without credentials, which fetch refuses in an address. The page's own options (;up, scope=) stay. */
const DATA = (location.origin + location.pathname + location.search).replace(/([;?&])live(?![\w.])/, '$1live.json');
const EVENTS = DATA.replace(/live\.json/, 'live.events');
const TILES = ['req', 'err', 'que', 'ses', 'out', 'busy'];
const tiles = Object.fromEntries(TILES.map((name) => {
  const box = byId('t-' + name);
  return [name, { value: box.querySelector('b'), note: box.querySelector('small'), path: box.querySelector('path'), history: [] }];
}));
let latest;
let timer;
let source;
let asking = false;
let answered = Date.now();

function show(data) {
  const restarted = latest !== undefined && (latest.pid !== data.pid || latest.start !== data.start);
  // a question and an event may overtake each other
  if (!restarted && latest !== undefined && data.now <= latest.now) return;
  if (restarted) {
    note('The process was replaced: counting anew');
    for (const proxy of proxies.values()) for (const row of proxy.rows.values()) row.last = undefined;
  }
  const seconds = latest === undefined || restarted ? 0 : (data.now - latest.now) / 1000;
  const before = latest;
  latest = data;
  const total = { req: 0, err: 0, que: 0, ill: 0 };
  const seen = new Set();
  for (const entry of data.proxies) {
    seen.add(entry.name);
    let proxy = proxies.get(entry.name);
    if (proxy === undefined) proxies.set(entry.name, proxy = newProxy(entry));
    update(proxy, entry, data.columns, seconds, total);
  }
  for (const [name, proxy] of proxies) {
    if (seen.has(name)) continue;
    proxy.body.remove();
    proxies.delete(name);
  }
  summary(data, before, seconds, total);
  filter();
}

function update(proxy, entry, columns, seconds, total) {
  proxy.id = entry.id;
  const keys = new Set();
  const servers = [];
  for (const cells of entry.rows) {
    const now = Object.fromEntries(columns.map((name, i) => [name, cells[i]]));
    let key = now.kind + now.name;
    while (keys.has(key)) key += '+';
    keys.add(key);
    let row = proxy.rows.get(key);
    if (row === undefined) proxy.rows.set(key, row = newRow(proxy, now.name, now.kind, LABELS[now.kind] || now.name));
    else if (row.now.status.replace(/ .*/, '') !== now.status.replace(/ .*/, '')) note(entry.name + '/' + row.button.shown + ' is ' + now.status);
    take(row, now, seconds, seconds > 5);
    if (now.kind === 'S') servers.push(row);
    if (now.kind === 'F') { total.req += row.rates.req; total.err += row.rates.err; }
    total.que += row.rates.que;
    if (now.kind === 'S' && now.shade.endsWith('_down') && !now.shade.includes('going')) total.ill++;
  }
  const order = [...keys].join('\n');
  if (proxy.order !== order) reorder(proxy, keys, order);
  const up = servers.filter((row) => row.now.status.startsWith('UP') || row.now.status === 'no check').length;
  const count = servers.length === 0 ? '' : ', ' + up + ' of ' + servers.length + ' servers up';
  put(proxy.body.querySelector('small'), entry.mode + count + (entry.note === '' ? '' : ', ' + entry.note));
  const shared = scalesOf(servers);
  for (const row of proxy.rows.values()) paint(row, row.kind === 'S' ? shared : scalesOf([row]));
}

/** Servers came or went while it runs. */
function reorder(proxy, keys, order) {
  proxy.order = order;
  for (const [key, row] of proxy.rows) {
    if (keys.has(key)) continue;
    row.tr.remove();
    if (row.more !== undefined) row.more.remove();
    proxy.rows.delete(key);
  }
  for (const key of keys) {
    const row = proxy.rows.get(key);
    proxy.body.append(row.tr);
    if (row.more !== undefined) proxy.body.append(row.more);
  }
}

function summary(data, before, seconds, total) {
  const out = seconds > 0 ? Math.max(0, data.bytesOut - before.bytesOut) / seconds : 0;
  const figures = { req: total.req, err: total.err, que: total.que, ses: data.connections, out, busy: 100 - data.idle };
  const least = { req: 1, err: 1, que: 1, ses: 5, out: 1000, busy: 100 };
  for (const name of TILES) {
    const tile = tiles[name];
    const value = figures[name];
    put(tile.value, name === 'out' ? bytes(value) : name === 'busy' ? value + ' %' : number(value));
    if (seconds > 5) tile.history.length = 0;
    if (seconds > 0) remember(tile.history, value);
    draw(tile.path, tile.history, highest(tile.history, least[name]));
  }
  put(tiles.busy.note, 'busy');
  put(tiles.ses.note, 'of ' + number(data.maxconn));
  const threads = data.threads > 1 ? ', ' + data.threads + ' threads' : '';
  put(byId('facts'), (data.version === '' ? '' : 'compatible with HAProxy ' + data.version + ', ') + 'pid ' + data.pid + threads + ', up ' + duration(data.uptime) +
    (data.stopping ? ', stopping' : '') + (data.title === '' ? '' : ', ' + data.title));
  document.title = (total.ill > 0 ? '(' + total.ill + ' down) ' : '') + 'tsproxy live' + (data.title === '' ? '' : ': ' + data.title);
}

function note(text) {
  const line = document.createElement('li');
  const when = document.createElement('time');
  when.textContent = new Date().toLocaleTimeString();
  line.append(when, text);
  const list = byId('changes');
  list.prepend(line);
  if (list.children.length > 20) list.lastChild.remove();
  byId('log').hidden = false;
}

/** Buttons for what this client may do with a server: the page's form, sent from here. */
function offer(proxy, row) {
  if (latest.actions.length === 0) return;
  const box = row.more.querySelector('p');
  const said = document.createElement('span');
  said.setAttribute('role', 'status');
  for (const [action, label] of latest.actions) {
    const button = document.createElement('button');
    button.textContent = label;
    button.onclick = async () => {
      if (/^(maint|shutdown|hdown|adown)$/.test(action) && !confirm(label + ': ' + proxy.button.shown + '/' + row.name + '?')) return;
      said.textContent = await act(proxy, row, action);
      void ask();
    };
    box.append(button);
  }
  box.append(said);
}

const OUTCOMES = { DONE: 'Done.', NONE: 'Nothing has changed.', DENY: 'Denied.' };
async function act(proxy, row, action) {
  try {
    const body = new URLSearchParams({ s: row.name, action, b: '#' + proxy.id });
    const answer = await fetch(DATA, { method: 'POST', body });
    const outcome = /;st=(\w+)/.exec(answer.url);
    return (outcome && OUTCOMES[outcome[1]]) || 'Not done.';
  } catch (error) {
    return 'Not done: ' + error.message;
  }
}

function told(data) {
  show(data);
  answered = Date.now();
  put(byId('trouble'), '');
}

function askIn(milliseconds) {
  clearTimeout(timer);
  if (wanted()) timer = setTimeout(ask, milliseconds);
}

function follow() {
  if (source !== undefined) source.close();
  source = new EventSource(EVENTS);
  source.onmessage = (event) => {
    told(JSON.parse(event.data));
    askIn(SILENCE);
  };
}

async function ask() {
  if (asking) return;
  asking = true;
  clearTimeout(timer);
  const begun = Date.now();
  try {
    const answer = await fetch(DATA, { cache: 'no-store', signal: AbortSignal.timeout(5000) });
    if (answer.status === 401 || answer.status === 403) throw new Error('access refused, reload the page');
    if (!answer.ok) throw new Error('status ' + answer.status);
    told(await answer.json());
    if (wanted() && source.readyState === EventSource.CLOSED) follow();
  } catch (error) {
    put(byId('trouble'), 'No figures for ' + Math.round((Date.now() - answered) / 1000) + ' s: ' + error.message);
  }
  asking = false;
  askIn(Math.max(200, EVERY - (Date.now() - begun)));
}

const wanted = () => !document.hidden && byId('pause').getAttribute('aria-pressed') !== 'true';
function go() {
  askIn(SILENCE);
  if (wanted()) follow();
  else if (source !== undefined) source.close();
}
document.addEventListener('visibilitychange', go);
byId('pause').onclick = (event) => {
  const paused = event.target.getAttribute('aria-pressed') !== 'true';
  event.target.setAttribute('aria-pressed', String(paused));
  event.target.textContent = paused ? 'Go on' : 'Pause';
  go();
};
byId('find').oninput = byId('ill').onchange = filter;
go();
`;
